/* Queries of the shop. */

/* @name allOrders */
SELECT id, customer_id, total AS "total!" FROM orders;

/*
 * Some orders.
 * @name someOrders
 * @param ids -> (...)
 */
SELECT id FROM orders WHERE id IN :ids! AND customer_id IN (:customer);

/*
  @name addItems
  @param items -> ((orderId!, sku!)...)
*/
INSERT INTO items (order_id, sku) VALUES :items RETURNING order_id;

/*
  @name addOrder
  @param order -> (customer, total)
*/
INSERT INTO orders (customer_id, total) VALUES :order;

/*
  @name twoPicks
  @param first -> (sku, orderId)
  @param second -> (sku, orderId)
*/
INSERT INTO items (sku, order_id) VALUES :first, :second;

/* @name closeOrder */
UPDATE orders SET note = :note WHERE id = :id! AND total != 0 AND placed_at::date < '2024-01-01'::date;

/* @name broken */
SELECT FROM WHERE :id;

/*
  @name tagged
  @cached yes
*/
SELECT 1 AS one;
