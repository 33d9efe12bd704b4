-- Articles of any number of partners in one round trip, for the hot path: no transaction, no sight bound.
-- The caller names the catalogue of each article; nothing can be listed without its number.

CREATE FUNCTION products_by_sku(partners uuid[], skus text[])
RETURNS TABLE (
    partner_id uuid, sku varchar, gtin varchar, category varchar, department varchar, brand varchar,
    maker_id uuid, supplier_id uuid, private_label boolean, active_from timestamptz, active_to timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT product.partner_id, product.sku, product.gtin, product.category, product.department, product.brand,
        product.maker_id, product.supplier_id, product.private_label, product.active_from, product.active_to
    FROM unnest(partners, skus) AS wanted (partner_id, sku)
    JOIN product ON product.partner_id = wanted.partner_id AND product.sku = wanted.sku
$$;

-- How far each catalogue has moved; tells nothing else about it.

CREATE FUNCTION product_feed_versions() RETURNS TABLE (partner_id uuid, version integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT product_feed.partner_id, product_feed.version FROM product_feed
$$;
