-- Redemptions that name a reward. As everywhere in a wallet's tables: keys begin with wallet_id, and no foreign key leaves a wallet.

-- One to one with its entry, which stays in the wallet where it was posted; the row goes with its wallet. What was promised
-- (worth, counts, gives) never changes, and the entry's content is the digest of it; what is left of it, and how far it has been
-- handed over, does.
CREATE TABLE reward_redemption (
    wallet_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    home_wallet_id uuid NOT NULL,
    member_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    reward_id uuid NOT NULL,
    version integer NOT NULL,
    step integer,
    pieces integer NOT NULL CONSTRAINT ck_reward_redemption_pieces CHECK (pieces > 0),
    pieces_left integer NOT NULL,
    points bigint NOT NULL CONSTRAINT ck_reward_redemption_points CHECK (points >= 0),
    unit_points bigint NOT NULL CONSTRAINT ck_reward_redemption_unit_points CHECK (unit_points BETWEEN 0 AND points),
    money bigint NOT NULL CONSTRAINT ck_reward_redemption_money CHECK (money >= 0),
    currency varchar NOT NULL,
    worth jsonb NOT NULL,
    from_stock boolean NOT NULL,
    counts varchar[] NOT NULL,
    gives jsonb NOT NULL,
    fulfilment varchar NOT NULL CONSTRAINT ck_reward_redemption_fulfilment
        CHECK (fulfilment IN ('AT_THE_TILL', 'COLLECTED', 'SENT', 'BY_PARTNER')),
    state varchar NOT NULL CONSTRAINT ck_reward_redemption_state
        CHECK (state IN ('HELD', 'TO_DO', 'READY', 'DONE', 'CANCELLED')),
    redeemed_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid,
    note varchar,
    CONSTRAINT pk_reward_redemption PRIMARY KEY (wallet_id, entry_id),
    CONSTRAINT ck_reward_redemption_pieces_left CHECK (pieces_left BETWEEN 0 AND pieces),
    CONSTRAINT ck_reward_redemption_cancelled CHECK ((state = 'CANCELLED') = (pieces_left = 0))
) WITH (fillfactor = 85);
CREATE INDEX ix_reward_redemption_home_wallet_id ON reward_redemption (home_wallet_id);
CREATE INDEX ix_reward_redemption_reward_id_redeemed_at ON reward_redemption (reward_id, redeemed_at);
CREATE INDEX ix_reward_redemption_waiting ON reward_redemption (partner_id, redeemed_at) WHERE state IN ('TO_DO', 'READY');

-- A ticket of a reward's draw is a token whose giver is the reward.
ALTER TABLE token ALTER COLUMN campaign_id DROP NOT NULL, ALTER COLUMN campaign_version DROP NOT NULL,
    ADD COLUMN reward_id uuid, ADD COLUMN reward_version integer,
    ADD CONSTRAINT ck_token_giver CHECK (num_nonnulls(campaign_id, reward_id) = 1
        AND (campaign_id IS NULL) = (campaign_version IS NULL) AND (reward_id IS NULL) = (reward_version IS NULL));
CREATE INDEX ix_token_reward_id ON token (reward_id) WHERE reward_id IS NOT NULL;

-- How many pieces of a reward are left is an allowance too: of the reward's owner, drawn by its redemptions.
ALTER TABLE allowance DROP CONSTRAINT ck_allowance_kind,
    ADD CONSTRAINT ck_allowance_kind CHECK (kind IN ('PREPAID', 'CREDIT', 'BUDGET', 'STOCK'));
ALTER TABLE allowance DROP CONSTRAINT ck_allowance_unit,
    ADD CONSTRAINT ck_allowance_unit CHECK (unit IN ('POINTS', 'MILLIONTHS', 'PIECES'));
ALTER TABLE allowance_change DROP CONSTRAINT ck_allowance_change_reason,
    ADD CONSTRAINT ck_allowance_change_reason
        CHECK (reason IN ('OPENED', 'PACK', 'REFUND', 'LIMIT', 'EXPOSURE', 'BUDGET', 'PACE', 'STOCK'));
