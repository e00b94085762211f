-- An imitation of pgcrypto for rehearsals, written for pgready from the manual ("pgcrypto" in Additional Supplied Modules).
-- What it computes, it computes right; what it cannot compute raises 0A000, never a made-up value.
\echo Use "CREATE EXTENSION pgcrypto" to load this file. \quit

-- SHA-1 (RFC 3174) is spelt out, as the server has no function for it.
CREATE FUNCTION @extschema@.digest(bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  mask CONSTANT bigint := 4294967295;
  data CONSTANT bytea := $1;
  padded CONSTANT bytea := data || '\x80'::bytea
    || pg_catalog.decode(pg_catalog.repeat('00', (119 - pg_catalog.length(data) % 64) % 64), 'hex')
    || pg_catalog.int8send(pg_catalog.length(data)::bigint * 8);
  h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520]::bigint[];
  w bigint[];
  a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; x bigint;
BEGIN
  CASE pg_catalog.lower($2)
    WHEN 'md5' THEN RETURN pg_catalog.decode(pg_catalog.md5($1), 'hex');
    WHEN 'sha224' THEN RETURN pg_catalog.sha224($1);
    WHEN 'sha256' THEN RETURN pg_catalog.sha256($1);
    WHEN 'sha384' THEN RETURN pg_catalog.sha384($1);
    WHEN 'sha512' THEN RETURN pg_catalog.sha512($1);
    WHEN 'sha1' THEN NULL;
    ELSE
      RAISE EXCEPTION USING ERRCODE = '22023',
        MESSAGE = pg_catalog.format('Cannot use "%s": No such hash algorithm', $2);
  END CASE;
  FOR block IN 0 .. pg_catalog.length(padded) / 64 - 1 LOOP
    FOR i IN 0 .. 79 LOOP
      IF i < 16 THEN
        x := 0;
        FOR j IN 0 .. 3 LOOP
          x := (x << 8) | pg_catalog.get_byte(padded, block * 64 + i * 4 + j);
        END LOOP;
        w[i] := x;
      ELSE
        x := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
        w[i] := ((x << 1) | (x >> 31)) & mask;
      END IF;
    END LOOP;
    a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
    FOR i IN 0 .. 79 LOOP
      IF i < 20 THEN f := (b & c) | ((~b & mask) & d); k := 1518500249;
      ELSIF i < 40 THEN f := b # c # d; k := 1859775393;
      ELSIF i < 60 THEN f := (b & c) | (b & d) | (c & d); k := 2400959708;
      ELSE f := b # c # d; k := 3395469782;
      END IF;
      x := ((((a << 5) | (a >> 27)) & mask) + f + e + k + w[i]) & mask;
      e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := x;
    END LOOP;
    h := ARRAY[(h[1] + a) & mask, (h[2] + b) & mask, (h[3] + c) & mask, (h[4] + d) & mask, (h[5] + e) & mask];
  END LOOP;
  RETURN (SELECT pg_catalog.decode(pg_catalog.string_agg(pg_catalog.lpad(pg_catalog.to_hex(part), 8, '0'), '' ORDER BY place), 'hex')
    FROM pg_catalog.unnest(h) WITH ORDINALITY AS u (part, place));
END $$;

CREATE FUNCTION @extschema@.digest(text, text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT @extschema@.digest(pg_catalog.convert_to($1, pg_catalog.getdatabaseencoding()), $2)
$$;

-- HMAC (RFC 2104): blocks of 64 bytes, 128 for SHA-384 and SHA-512.
CREATE FUNCTION @extschema@.hmac(bytea, bytea, text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  size CONSTANT integer := CASE WHEN pg_catalog.lower($3) IN ('sha384', 'sha512') THEN 128 ELSE 64 END;
  key bytea := CASE WHEN pg_catalog.length($2) > size THEN @extschema@.digest($2, $3) ELSE $2 END;
  inside bytea;
  outside bytea;
BEGIN
  key := key || pg_catalog.decode(pg_catalog.repeat('00', size - pg_catalog.length(key)), 'hex');
  inside := key;
  outside := key;
  FOR i IN 0 .. size - 1 LOOP
    inside := pg_catalog.set_byte(inside, i, pg_catalog.get_byte(key, i) # 54);
    outside := pg_catalog.set_byte(outside, i, pg_catalog.get_byte(key, i) # 92);
  END LOOP;
  RETURN @extschema@.digest(outside || @extschema@.digest(inside || $1, $3), $3);
END $$;

CREATE FUNCTION @extschema@.hmac(text, text, text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT @extschema@.hmac(
    pg_catalog.convert_to($1, pg_catalog.getdatabaseencoding()),
    pg_catalog.convert_to($2, pg_catalog.getdatabaseencoding()), $3)
$$;

CREATE FUNCTION @extschema@.gen_random_uuid() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE AS 'SELECT pg_catalog.gen_random_uuid()';

-- Two random UUIDs hashed give 32 bytes with far more than 200 random bits.
CREATE FUNCTION @extschema@.gen_random_bytes(integer) RETURNS bytea
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
DECLARE
  found bytea := '';
BEGIN
  IF $1 < 1 OR $1 > 1024 THEN
    RAISE EXCEPTION USING ERRCODE = '39000', MESSAGE = 'Length not in range';
  END IF;
  WHILE pg_catalog.length(found) < $1 LOOP
    found := found || pg_catalog.sha256(
      pg_catalog.uuid_send(pg_catalog.gen_random_uuid()) || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));
  END LOOP;
  RETURN pg_catalog.substr(found, 1, $1);
END $$;

CREATE FUNCTION @extschema@.crypt(text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'crypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.gen_salt(text) RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'gen_salt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.gen_salt(text, integer) RETURNS text LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'gen_salt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.encrypt(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'encrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.decrypt(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'decrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.encrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'encrypt_iv() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.decrypt_iv(bytea, bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'decrypt_iv() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_sym_encrypt(text, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_sym_encrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_sym_encrypt(text, text, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_sym_encrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_sym_encrypt_bytea(bytea, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_sym_encrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_sym_encrypt_bytea(bytea, text, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_sym_encrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_sym_decrypt(bytea, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_sym_decrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_sym_decrypt(bytea, text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_sym_decrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_sym_decrypt_bytea(bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_sym_decrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_sym_decrypt_bytea(bytea, text, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_sym_decrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_encrypt(text, bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_encrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_encrypt(text, bytea, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_encrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_encrypt_bytea(bytea, bytea) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_encrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_encrypt_bytea(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_encrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_decrypt(bytea, bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_decrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_decrypt(bytea, bytea, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_decrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_decrypt(bytea, bytea, text, text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_decrypt() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_decrypt_bytea(bytea, bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_decrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_decrypt_bytea(bytea, bytea, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_decrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_pub_decrypt_bytea(bytea, bytea, text, text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_pub_decrypt_bytea() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_key_id(bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_key_id() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.armor(bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'armor() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.armor(bytea, text[], text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'armor() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.dearmor(text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'dearmor() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.pgp_armor_headers(text, OUT key text, OUT value text) RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'pgp_armor_headers() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;

CREATE FUNCTION @extschema@.fips_mode() RETURNS boolean LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '0A000', MESSAGE = 'fips_mode() of pgcrypto is not imitated by pgready',
    HINT = 'Rehearse with binaries that have the real pgcrypto: set PGREADY_POSTGRES to their directory.';
END $$;
