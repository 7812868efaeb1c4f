-- Orders of the shop.

-- name: create-tables#
CREATE TABLE orders (id int);
CREATE TABLE items (id int);

-- name: all-orders
-- Every order, the newest first.
SELECT id, customer_id, total FROM orders ORDER BY id DESC;

-- name: get-order(order_id)^
-- record_class: OrderRow
SELECT id, customer_id, total
  FROM orders
 WHERE id = :order_id

-- name: count_orders$
SELECT count(*) FROM orders WHERE note LIKE '%%late%%' AND placed_at > '2024-01-01 10:30:00'::timestamp;

-- name: add-order<!
INSERT INTO orders (customer_id, total, note)
VALUES (:customer.id, :total::numeric, :note)
RETURNING id;

-- name: close-orders!
UPDATE orders SET note = 'closed' WHERE id = ANY(:ids);

-- name: add-items*!
INSERT INTO items (order_id, sku) VALUES (:order_id, :sku);

-- name: touch<!
UPDATE orders SET note = note WHERE id = :id;

-- name: old-style!
DELETE FROM orders WHERE id = %(id)s;

-- name: analyze_orders#
DELETE FROM orders WHERE total = 0;

-- name: slices
SELECT (ARRAY[1, 2, 3])[1:2] AS two, $$ :not_one $$ AS text, ':nor this' AS quoted, id AS ":column"
FROM orders WHERE id <> :id; -- :not_this

-- name: two-statements
SELECT 1;
SELECT 2;

-- name: class
SELECT 1 AS one;

-- name: what is this
SELECT 1;
