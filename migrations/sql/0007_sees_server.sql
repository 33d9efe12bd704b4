-- A fourth viewer beside coalition, partner and member: the authorization server itself.

CREATE FUNCTION sees_server() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT current_setting('app.sight', true) IS NOT DISTINCT FROM 'server' $$;

-- The member that a card or an address names, for a sign-in link. Only the server is answered.
CREATE FUNCTION member_to_sign_in(asked bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT member.member_id
    FROM recognition JOIN member USING (wallet_id, member_id)
    WHERE recognition.lookup = asked AND member.status = 'ACTIVE' AND sees_server()
$$;

-- The wallet that a signed-in member has at this moment; none once the member was merged or closed.
CREATE FUNCTION wallet_signed_in(asked uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$
    SELECT member.wallet_id FROM member WHERE member.member_id = asked AND member.status = 'ACTIVE' AND sees_server()
$$;
