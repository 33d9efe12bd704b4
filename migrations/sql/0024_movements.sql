-- What a cycle's entries did to points that money hangs on, hashed for the seal: one hash a transfer, in the order of the
-- transfers' key, 4,096 of them joined in a row. A movement's mark is a hash of its place, so a proof names no wallet.

CREATE FUNCTION movement_mark(wallet uuid, entry uuid, place integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(concat_ws(chr(31), 'hansa-mark-1', wallet, entry, place), 'UTF8')), 'hex')
$$;

CREATE FUNCTION movement_leaves(cycle uuid) RETURNS SETOF bytea
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT sees_coalition() THEN
        RAISE EXCEPTION 'the movements of a cycle are read with the sight of the coalition' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT string_agg(leaf, ''::bytea ORDER BY place) FROM (
        SELECT row_number() OVER (ORDER BY t.wallet_id, t.entry_id, t.n) - 1 AS place,
            sha256(convert_to(concat_ws(chr(31), 'hansa-movement-1', movement_mark(t.wallet_id, t.entry_id, t.n), t.kind,
                t.debit, t.credit, t.points, t.sponsor_id, t.sponsor_contract_id, t.accrual_cycle_id,
                COALESCE(t.redeemer_id::text, ''), COALESCE(t.redeemer_contract_id::text, ''), t.partner_id), 'UTF8')) AS leaf
        FROM transfer t
        WHERE t.cycle_id = cycle AND t.kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE')) AS hashed
    GROUP BY place / 4096 ORDER BY place / 4096;
END $$;
