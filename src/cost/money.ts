/** The part of a limit at which a warning is given. */
export const WARN_AT = 0.8;

/** An amount with its currency, for people: two digits, four for small amounts. */
export function toMoney(amount: number, currency: string): string {
  return `${amount !== 0 && amount < 1 ? amount.toFixed(4) : amount.toFixed(2)} ${currency}`;
}
