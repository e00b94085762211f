-- An imitation of uuid-ossp for rehearsals, written for pgready from the manual ("uuid-ossp" in Additional Supplied Modules).
-- What it computes, it computes right; what it cannot compute raises 0A000, never a made-up value.
\echo Use "CREATE EXTENSION "uuid-ossp"" to load this file. \quit

CREATE FUNCTION @extschema@.uuid_nil() RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT '00000000-0000-0000-0000-000000000000'::uuid $$;

CREATE FUNCTION @extschema@.uuid_ns_dns() RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

CREATE FUNCTION @extschema@.uuid_ns_url() RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

CREATE FUNCTION @extschema@.uuid_ns_oid() RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

CREATE FUNCTION @extschema@.uuid_ns_x500() RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid $$;

CREATE FUNCTION @extschema@.uuid_generate_v4() RETURNS uuid
LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS 'SELECT pg_catalog.gen_random_uuid()';

-- RFC 9562, version 1: 100 ns steps since 1582-10-15, a random clock sequence and a random multicast node.
CREATE FUNCTION @extschema@.uuid_generate_v1mc() RETURNS uuid
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
DECLARE
  steps CONSTANT bigint := (EXTRACT(epoch FROM pg_catalog.clock_timestamp()) * 10000000)::bigint + 122192928000000000;
  stamp CONSTANT text := pg_catalog.lpad(pg_catalog.to_hex(steps), 15, '0');
  random CONSTANT bytea := pg_catalog.uuid_send(pg_catalog.gen_random_uuid());
  node CONSTANT bytea := pg_catalog.substr(random, 11, 6);
BEGIN
  RETURN (pg_catalog.substr(stamp, 8, 8) || pg_catalog.substr(stamp, 4, 4) || '1' || pg_catalog.substr(stamp, 1, 3)
    || pg_catalog.encode(pg_catalog.substr(random, 9, 2), 'hex')
    || pg_catalog.encode(pg_catalog.set_byte(node, 0, pg_catalog.get_byte(node, 0) | 1), 'hex'))::uuid;
END $$;

CREATE FUNCTION @extschema@.uuid_generate_v1() RETURNS uuid
LANGUAGE sql VOLATILE STRICT PARALLEL SAFE AS 'SELECT @extschema@.uuid_generate_v1mc()';

CREATE FUNCTION @extschema@.uuid_generate_v3(namespace uuid, name text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  hash bytea := pg_catalog.decode(pg_catalog.md5(
    pg_catalog.uuid_send($1) || pg_catalog.convert_to($2, pg_catalog.getdatabaseencoding())), 'hex');
BEGIN
  hash := pg_catalog.set_byte(hash, 6, pg_catalog.get_byte(hash, 6) & 15 | 48);
  hash := pg_catalog.set_byte(hash, 8, pg_catalog.get_byte(hash, 8) & 63 | 128);
  RETURN pg_catalog.encode(hash, 'hex')::uuid;
END $$;

-- SHA-1 (RFC 3174) is spelt out, as the server has no function for it.
CREATE FUNCTION @extschema@.uuid_generate_v5(namespace uuid, name text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  mask CONSTANT bigint := 4294967295;
  data CONSTANT bytea := pg_catalog.uuid_send($1) || pg_catalog.convert_to($2, pg_catalog.getdatabaseencoding());
  padded CONSTANT bytea := data || '\x80'::bytea
    || pg_catalog.decode(pg_catalog.repeat('00', (119 - pg_catalog.length(data) % 64) % 64), 'hex')
    || pg_catalog.int8send(pg_catalog.length(data)::bigint * 8);
  h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520]::bigint[];
  w bigint[];
  a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; x bigint;
  hash bytea;
BEGIN
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
  hash := pg_catalog.substr((SELECT pg_catalog.decode(pg_catalog.string_agg(pg_catalog.lpad(pg_catalog.to_hex(part), 8, '0'), '' ORDER BY place), 'hex')
    FROM pg_catalog.unnest(h) WITH ORDINALITY AS u (part, place)), 1, 16);
  hash := pg_catalog.set_byte(hash, 6, pg_catalog.get_byte(hash, 6) & 15 | 80);
  hash := pg_catalog.set_byte(hash, 8, pg_catalog.get_byte(hash, 8) & 63 | 128);
  RETURN pg_catalog.encode(hash, 'hex')::uuid;
END $$;
