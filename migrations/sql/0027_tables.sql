-- Actions beside purchases, counters that campaigns go by, and things won that are no points. As everywhere in a wallet's tables:
-- keys begin with wallet_id, and no foreign key leaves a wallet.

-- Stamps of a card, uses of a cap, turns of a wheel: as the last posting left them, so that rating reads them and nobody counts.
CREATE TABLE tally (
    wallet_id uuid NOT NULL,
    key varchar NOT NULL,
    counted bigint NOT NULL CONSTRAINT ck_tally_counted CHECK (counted >= 0),
    rewarded bigint NOT NULL CONSTRAINT ck_tally_rewarded CHECK (rewarded >= 0),
    since timestamptz,
    recent timestamptz[] NOT NULL,
    version integer NOT NULL CONSTRAINT ck_tally_version CHECK (version > 0),
    CONSTRAINT pk_tally PRIMARY KEY (wallet_id, key)
) WITH (fillfactor = 85);

-- A coupon, a badge, a ticket. It goes with its wallet; its entry stays in the wallet where it was won.
CREATE TABLE token (
    wallet_id uuid NOT NULL,
    token_id uuid NOT NULL,
    home_wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    member_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    campaign_version integer NOT NULL,
    kind varchar NOT NULL CONSTRAINT ck_token_kind CHECK (kind IN ('COUPON', 'BADGE', 'TICKET')),
    name varchar NOT NULL,
    given_at timestamptz NOT NULL,
    expires_at timestamptz,
    taken_back_entry uuid,
    CONSTRAINT pk_token PRIMARY KEY (wallet_id, token_id),
    CONSTRAINT ck_token_term CHECK (expires_at > given_at)
);
CREATE INDEX ix_token_wallet_id_entry_id ON token (wallet_id, entry_id);

CREATE TABLE action (
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    outlet_id uuid,
    kind varchar NOT NULL,
    occurred_at timestamptz NOT NULL,
    attributes jsonb NOT NULL,
    facts jsonb NOT NULL,
    CONSTRAINT pk_action PRIMARY KEY (wallet_id, entry_id)
);
CREATE INDEX ix_action_occurred_at ON action USING brin (occurred_at) WITH (pages_per_range = 16, autosummarize = on);

-- Types of actions that partners thought of themselves. What was recorded under a type that was retired since stays readable.
CREATE TABLE action_type (
    partner_id uuid NOT NULL CONSTRAINT fk_action_type_partner_id REFERENCES partner,
    name varchar NOT NULL CONSTRAINT ck_action_type_name CHECK (name ~ '^[A-Z][A-Z0-9_]{0,39}$'),
    fields jsonb NOT NULL,
    defined_at timestamptz NOT NULL,
    retired_at timestamptz,
    CONSTRAINT pk_action_type PRIMARY KEY (partner_id, name),
    CONSTRAINT ck_action_type_retired_later CHECK (retired_at >= defined_at)
);

-- What a return took back besides points: things won, and what tallies had counted.
ALTER TABLE purchase_return ADD COLUMN facts jsonb;

ALTER TABLE entry DROP CONSTRAINT ck_entry_kind, ADD CONSTRAINT ck_entry_kind CHECK (kind IN ('PURCHASE', 'ACTION', 'RETURN',
    'REDEMPTION', 'AUTHORIZATION', 'CAPTURE', 'VOID', 'LAPSE', 'REVERSAL', 'ADJUSTMENT', 'RELEASE', 'REPAYMENT', 'EXPIRY',
    'MOVE_OUT', 'MOVE_IN'));

-- A campaign's budget is an allowance too: of its owner, drawn by the awards of all its sponsors.
ALTER TABLE allowance DROP CONSTRAINT ck_allowance_kind,
    ADD CONSTRAINT ck_allowance_kind CHECK (kind IN ('PREPAID', 'CREDIT', 'BUDGET'));
ALTER TABLE allowance_change DROP CONSTRAINT ck_allowance_change_reason,
    ADD CONSTRAINT ck_allowance_change_reason
        CHECK (reason IN ('OPENED', 'PACK', 'REFUND', 'LIMIT', 'EXPOSURE', 'BUDGET', 'PACE'));
ALTER TABLE award_cut DROP CONSTRAINT ck_award_cut_why,
    ADD CONSTRAINT ck_award_cut_why
        CHECK (why IN ('ISSUANCE_STOPPED', 'PREPAID_USED_UP', 'CREDIT_LIMIT_REACHED', 'BUDGET_USED_UP'));

-- How many days an article can be given back, where its shop says so; None: as campaigns say.
ALTER TABLE product ADD COLUMN return_days integer CONSTRAINT ck_product_return_days CHECK (return_days BETWEEN 0 AND 400);

DROP FUNCTION products_by_sku(uuid[], text[]);

CREATE FUNCTION products_by_sku(partners uuid[], skus text[])
RETURNS TABLE (
    partner_id uuid, sku varchar, gtin varchar, category varchar, department varchar, brand varchar,
    maker_id uuid, supplier_id uuid, private_label boolean, return_days int, active_from timestamptz, active_to timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT product.partner_id, product.sku, product.gtin, product.category, product.department, product.brand,
        product.maker_id, product.supplier_id, product.private_label, product.return_days, product.active_from, product.active_to
    FROM unnest(partners, skus) AS wanted (partner_id, sku)
    JOIN product ON product.partner_id = wanted.partner_id AND product.sku = wanted.sku
$$;
