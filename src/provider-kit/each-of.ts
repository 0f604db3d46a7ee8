/** Does the work for each item, at most `parallel` at a time. Rejects with the first failure, after all running work has settled. */
export async function eachOf<Item>(
  items: readonly Item[],
  parallel: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(parallel, items.length) }, worker));
  const failed = workers.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
