/**
 * A shop of our own, made of number ranges: the same rows on every server and at every run. Amounts are decimals, so that
 * a sum does not depend on the order in which a server adds.
 */
export const SHOP: readonly string[] = [
  `CREATE OR REPLACE TEMPORARY VIEW customers AS
   SELECT CAST(id AS INT) AS customer, concat('customer ', lpad(CAST(id AS STRING), 4, '0')) AS name,
          element_at(array('north', 'east', 'south', 'west'), CAST(id % 4 + 1 AS INT)) AS region,
          date_add(DATE'2024-01-01', CAST(id * 7 % 365 AS INT)) AS joined
   FROM range(0, 500)`,
  `CREATE OR REPLACE TEMPORARY VIEW products AS
   SELECT CAST(id AS INT) AS product, concat('product ', CAST(id AS STRING)) AS title,
          element_at(array('book', 'lamp', 'chair', 'desk', 'pen'), CAST(id % 5 + 1 AS INT)) AS category,
          CAST((id * 37 % 900 + 100) / 100.0 AS DECIMAL(9,2)) AS price
   FROM range(0, 80)`,
  `CREATE OR REPLACE TEMPORARY VIEW orders AS
   SELECT id AS order_id, CAST(id * 13 % 450 AS INT) AS customer, CAST(id * 29 % 80 AS INT) AS product,
          CAST(id % 9 + 1 AS INT) AS quantity,
          CAST((id * 17 % 31) / 100.0 AS DECIMAL(4,2)) AS discount,
          date_add(DATE'2025-01-01', CAST(id * 11 % 364 AS INT)) AS ordered,
          IF(id % 23 = 0, NULL, date_add(DATE'2025-01-04', CAST(id * 11 % 364 + id % 6 AS INT))) AS shipped
   FROM range(0, 12000)`,
  `CREATE OR REPLACE TEMPORARY VIEW sales AS
   SELECT o.*, p.category, p.price, CAST(o.quantity * p.price * (1 - o.discount) AS DECIMAL(18,4)) AS amount
   FROM orders o JOIN products p ON o.product = p.product`,
];

/** Twenty-two questions to the shop, each with one right answer in one order. */
export const QUESTIONS: Readonly<Record<string, string>> = {
  'revenue and orders by category': `
    SELECT category, count(*) AS orders, sum(amount) AS revenue, min(amount) AS least, max(amount) AS most
    FROM sales GROUP BY category ORDER BY category`,
  'revenue by month': `
    SELECT date_trunc('month', ordered) AS month, sum(amount) AS revenue FROM sales GROUP BY 1 ORDER BY 1`,
  'ten best customers': `
    SELECT c.name, c.region, sum(s.amount) AS spent FROM sales s JOIN customers c ON s.customer = c.customer
    GROUP BY c.name, c.region ORDER BY spent DESC, c.name LIMIT 10`,
  'customers who never ordered': `
    SELECT count(*) AS silent, min(name) AS first_of_them FROM customers c
    WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer = c.customer)`,
  'best product of each category': `
    SELECT category, product, revenue FROM (
      SELECT category, product, sum(amount) AS revenue,
             row_number() OVER (PARTITION BY category ORDER BY sum(amount) DESC, product) AS place
      FROM sales GROUP BY category, product) WHERE place = 1 ORDER BY category`,
  'running revenue by week': `
    SELECT week, revenue, sum(revenue) OVER (ORDER BY week ROWS UNBOUNDED PRECEDING) AS so_far
    FROM (SELECT weekofyear(ordered) AS week, sum(amount) AS revenue FROM sales GROUP BY 1) ORDER BY week`,
  'orders above the average of their category': `
    SELECT s.category, count(*) AS above FROM sales s
    JOIN (SELECT category, avg(amount) AS mean FROM sales GROUP BY category) m ON s.category = m.category
    WHERE s.amount > m.mean GROUP BY s.category ORDER BY s.category`,
  'revenue by region, category and in whole': `
    SELECT c.region, s.category, sum(s.amount) AS revenue FROM sales s JOIN customers c ON s.customer = c.customer
    GROUP BY ROLLUP (c.region, s.category) ORDER BY c.region NULLS LAST, s.category NULLS LAST`,
  'days from order to shipping': `
    SELECT datediff(shipped, ordered) AS days, count(*) AS orders FROM orders
    WHERE shipped IS NOT NULL GROUP BY 1 ORDER BY 1`,
  'share of orders not shipped': `
    SELECT count(*) - count(shipped) AS open, CAST((count(*) - count(shipped)) * 100.0 / count(*) AS DECIMAL(9,4)) AS percent
    FROM orders`,
  'months without growth': `
    SELECT month, revenue, before FROM (
      SELECT month, revenue, lag(revenue) OVER (ORDER BY month) AS before
      FROM (SELECT month(ordered) AS month, sum(amount) AS revenue FROM sales GROUP BY 1)) WHERE revenue <= before ORDER BY month`,
  'customers of all categories': `
    SELECT count(*) AS customers FROM (
      SELECT customer FROM sales GROUP BY customer HAVING count(DISTINCT category) = (SELECT count(DISTINCT category) FROM products))`,
  'price bands': `
    SELECT CASE WHEN price < 3 THEN 'low' WHEN price < 6 THEN 'middle' ELSE 'high' END AS band,
           count(*) AS products, avg(price) AS mean FROM products GROUP BY 1 ORDER BY 1`,
  'median quantity by category': `
    SELECT category, percentile(quantity, 0.5) AS median FROM sales GROUP BY category ORDER BY category`,
  'first and latest order of a customer': `
    SELECT customer, min(ordered) AS first, max(ordered) AS latest, datediff(max(ordered), min(ordered)) AS days
    FROM orders GROUP BY customer ORDER BY days DESC, customer LIMIT 20`,
  'products bought together': `
    SELECT a.product AS one, b.product AS other, count(*) AS times
    FROM orders a JOIN orders b ON a.customer = b.customer AND a.ordered = b.ordered AND a.product < b.product
    GROUP BY a.product, b.product ORDER BY times DESC, one, other LIMIT 15`,
  'categories a customer bought, as a list': `
    SELECT customer, array_sort(collect_set(category)) AS categories, count(*) AS orders
    FROM sales WHERE customer < 25 GROUP BY customer ORDER BY customer`,
  'quarters of spending': `
    SELECT quarter, count(*) AS customers, min(spent) AS least, max(spent) AS most FROM (
      SELECT customer, spent, ntile(4) OVER (ORDER BY spent, customer) AS quarter
      FROM (SELECT customer, sum(amount) AS spent FROM sales GROUP BY customer)) GROUP BY quarter ORDER BY quarter`,
  'regions side by side': `
    SELECT year(c.joined) AS year, count(*) FILTER (WHERE c.region = 'north') AS north,
           count(*) FILTER (WHERE c.region = 'east') AS east, sum(IF(c.region IN ('south', 'west'), 1, 0)) AS others
    FROM customers c GROUP BY 1 ORDER BY 1`,
  'union of extremes': `
    SELECT 'dear' AS which, product, price FROM products WHERE price = (SELECT max(price) FROM products)
    UNION ALL SELECT 'cheap', product, price FROM products WHERE price = (SELECT min(price) FROM products) ORDER BY which, product`,
  'words of titles': `
    SELECT word, count(*) AS times FROM products LATERAL VIEW explode(split(title, ' ')) w AS word
    GROUP BY word ORDER BY times DESC, word LIMIT 5`,
  'weekdays of large orders': `
    WITH large AS (SELECT ordered, amount FROM sales WHERE amount > 50)
    SELECT dayofweek(ordered) AS weekday, count(*) AS orders, CAST(avg(amount) AS DECIMAL(18,4)) AS mean
    FROM large GROUP BY 1 ORDER BY 1`,
};
