-- Purchases as they were rated, for returns and for answering a request again. Lots are walled by sponsor, so these read as
-- hansa_ledger; each takes the partner that recorded the purchase and shows no other partner's.

-- Purchases by the shop's receipt number: of one member, wherever its points have gone since, or (slower) of all.
CREATE FUNCTION find_purchases(partner uuid, receipt text, wallet uuid) RETURNS TABLE (wallet_id uuid, entry_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.wallet_id, p.entry_id FROM purchase p
    WHERE p.partner_id = partner AND p.receipt_number = receipt
        AND (wallet IS NULL OR p.wallet_id = wallet OR forwarded(p.wallet_id) = wallet)
    ORDER BY p.occurred_at DESC LIMIT 2
$$;

CREATE FUNCTION purchase_as_rated(partner uuid, wallet uuid, purchase uuid)
RETURNS TABLE (
    wallet_id uuid, entry_id uuid, current_wallet_id uuid, member_id uuid, currency varchar, numbers int[], skus varchar[],
    quantities numeric[], amounts bigint[], facts jsonb, returns int, returned_numbers int[], returned_quantities numeric[],
    lots jsonb, benefits jsonb
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.wallet_id, p.entry_id, forwarded(p.wallet_id), e.member_id, p.currency, p.numbers, p.skus, p.quantities,
        p.amounts, p.facts, p.returns, COALESCE(r.numbers, '{}'), COALESCE(r.quantities, '{}'),
        COALESCE((
            SELECT jsonb_agg(jsonb_build_object('lot_id', l.lot_id, 'sponsor_id', l.sponsor_id, 'campaign_id', l.campaign_id,
                'version', l.campaign_version, 'points', l.original, 'available_at', l.available_at, 'expires_at', l.expires_at)
                ORDER BY l.lot_id)
            FROM lot l WHERE l.wallet_id = p.wallet_id AND l.entry_id = p.entry_id), '[]'),
        COALESCE((
            SELECT jsonb_agg(jsonb_build_object('benefit_id', b.benefit_id, 'sponsor_id', b.sponsor_id, 'amount', b.amount::text,
                'campaign_id', b.campaign_id, 'version', b.campaign_version) ORDER BY b.benefit_id)
            FROM benefit b WHERE b.wallet_id = p.wallet_id AND b.entry_id = p.entry_id), '[]')
    FROM purchase p
    JOIN entry e ON e.wallet_id = p.wallet_id AND e.entry_id = p.entry_id
    LEFT JOIN LATERAL (
        SELECT array_agg(u.number ORDER BY b.number, u.place) AS numbers, array_agg(u.quantity ORDER BY b.number, u.place) AS quantities
        FROM purchase_return b, unnest(b.numbers, b.quantities) WITH ORDINALITY AS u (number, quantity, place)
        WHERE b.wallet_id = p.wallet_id AND b.purchase_entry_id = p.entry_id
    ) r ON true
    WHERE p.wallet_id = wallet AND p.entry_id = purchase AND p.partner_id = partner
$$;

-- What keys were used for, so that a request that can no longer be made is still answered as it was the first time.
CREATE FUNCTION entries_by_key(partners uuid[], keys text[])
RETURNS TABLE (partner_id uuid, idempotency_key varchar, wallet_id uuid, entry_id uuid, member_id uuid, kind varchar,
    fingerprint bytea, refers_to uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.partner_id, e.idempotency_key, e.wallet_id, e.entry_id, e.member_id, e.kind, e.fingerprint, e.refers_to
    FROM unnest(partners, keys) AS asked (partner_id, idempotency_key)
    JOIN entry e ON e.partner_id = asked.partner_id AND e.idempotency_key = asked.idempotency_key
$$;

-- What a return took: from what the wallet had, or as debt.
CREATE FUNCTION claw_backs_of(partner uuid, wallet uuid, entry uuid)
RETURNS TABLE (campaign_id uuid, version int, sponsor_id uuid, points bigint, owed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT t.campaign_id, t.campaign_version, t.sponsor_id, sum(t.points)::bigint, t.debit = 'DEBT'
    FROM transfer t
    WHERE t.wallet_id = wallet AND t.entry_id = entry AND t.partner_id = partner AND t.kind = 'CLAWBACK'
    GROUP BY t.campaign_id, t.campaign_version, t.sponsor_id, t.debit = 'DEBT'
    ORDER BY min(t.n)
$$;

-- The counters, at this moment, of the wallet that one has become: for an answer given again.
CREATE FUNCTION counters_of(wallet uuid)
RETURNS TABLE (wallet_id uuid, available bigint, pending bigint, held bigint, debt bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT w.wallet_id, w.available, w.pending, w.held, w.debt FROM wallet w WHERE w.wallet_id = forwarded(wallet)
$$;
