// Prisma's own engine as an oracle: reads JSON lines, answers JSON lines.
//   {"sql": [[path, text], ...]}                      -> {"sql": "..."}
//   {"validate": [[path, text], ...], "version": 6|8} -> {"error": null}
//   {"drift": [[path, text], ...], "host": ..., "database": ..., "user": ..., "port"?, "password"?, "externalTables"?}
//                                                     -> {"sql": "...", "human": "..."}
//   {"deploy": [[name, text], ...], "host": ..., ...}  -> {"error": null}; `migrate deploy`, over one connection
// each or {"error": "...", "panic"?: true}. Only "drift" and "deploy" ask a server; "drift" is `migrate diff` from that database to the schema.
// Argument: the directory whose node_modules holds the packages of package.json. A panic of the engine kills its
// instance, so the process ends after one; start another.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

globalThis.PRISMA_WASM_PANIC_REGISTRY = { message: '', set_message(message) { this.message = message; } };
const packages = path.resolve(process.argv[2], 'node_modules');
const require = createRequire(path.join(packages, 'x.js'));
const { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } = require('@prisma/driver-adapter-utils');
const engineDirectory = path.join(packages, '@prisma/schema-engine-wasm');
const glue = await import(pathToFileURL(path.join(engineDirectory, 'schema_engine_bg.js')).href);
const wasm = new WebAssembly.Module(fs.readFileSync(path.join(engineDirectory, 'schema_engine_bg.wasm')));
const instance = new WebAssembly.Instance(wasm, { './schema_engine_bg.js': glue });
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const VERSION = {
  columnNames: ['exists', 'version', 'numeric_version'],
  columnTypes: [5, 7, 0],
  rows: [[true, 'PostgreSQL 16.0', 160000]],
};
const NOTHING = { columnNames: [], columnTypes: [], rows: [] };
const connection = {
  provider: 'postgres',
  adapterName: 'stub',
  executeRaw: async () => 0,
  executeScript: async () => {},
  dispose: async () => {},
  queryRaw: async (query) => (/version\(\)/.test(query.sql) ? VERSION : NOTHING),
  startTransaction: async () => { throw new Error('no transactions here'); },
  getConnectionInfo: () => ({ schemaName: undefined, supportsRelationJoins: true }),
};
const stub = bindMigrationAwareSqlAdapterFactory({
  provider: 'postgres',
  adapterName: 'stub',
  connect: async () => connection,
  connectToShadowDb: async () => connection,
});

const texts = (files) => files.map(([name, content]) => ({ path: name, content }));

async function diff(engine, files, from, options) {
  const answer = await engine.diff({
    from,
    to: { tag: 'schemaDatamodel', files: texts(files) },
    script: true,
    exitCode: null,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
    ...options,
  });
  return answer.stdout;
}

async function sql(files) {
  const engine = await glue.SchemaEngine.new({ datamodels: files }, () => {}, stub);
  return { sql: await diff(engine, files, { tag: 'empty' }, {}) };
}

// The catalog's own type "char" (OID 18: pg_constraint.contype and the like) is unknown to the adapter, which then
// refuses the whole query, and the engine panics unless such a column is a character. So the adapter is told that it is
// a bpchar (1042), and the engine afterwards that it is a character, as the native driver of a released engine says.
const characters = new Set();
function nameCharacters() {
  const result = require('pg/lib/result').prototype;
  const { addFields } = result;
  result.addFields = function fields(list) {
    for (const field of list) {
      if (field.dataTypeID !== 18) continue;
      characters.add(field.name);
      field.dataTypeID = 1042;
    }
    return addFields.call(this, list);
  };
}

// The adapter cuts a script at every semicolon, and throws its connection away after an error. The native driver, which
// `prisma migrate deploy` uses, sends it as one simple query and stays.
async function overOneConnection(opened, where) {
  const client = new (require('pg').Client)(where);
  await client.connect();
  opened.client = client;
  opened.executeScript = (script) => client.query(script).then(() => {}, (error) => opened.onError(error));
  opened.dispose = () => client.end();
}

async function connectTo(connect, where) {
  const opened = await connect();
  if (where) await overOneConnection(opened, where);
  const ask = opened.queryRaw.bind(opened);
  opened.queryRaw = async (query) => {
    const answer = await ask(query);
    const columnTypes = answer.columnTypes.map((type, i) => (characters.has(answer.columnNames[i]) ? ColumnTypeEnum.Character : type));
    return { ...answer, columnTypes };
  };
  return opened;
}

let adapter;
async function engineOn(files, { host, database, user, port, password, deploy: native }) {
  if (!adapter) {
    adapter = require('@prisma/adapter-pg').PrismaPg;
    nameCharacters();
  }
  const where = { host, database, user, port, password };
  const server = new adapter({ ...where, max: 1 });
  const opened = [];
  const connect = server.connect.bind(server);
  server.connect = async () => {
    opened.push(await connectTo(connect, native && where));
    return opened.at(-1);
  };
  return [await glue.SchemaEngine.new({ datamodels: files }, () => {}, bindMigrationAwareSqlAdapterFactory(server)), opened];
}

async function closed(engine, opened) {
  engine.free();
  for (const one of opened) await one.dispose();
}

const EMPTY = [['schema.prisma', 'datasource db {\n  provider = "postgresql"\n}\n']];
const directory = ([name, value]) => ({ path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } });

async function deploy(request) {
  const [engine, opened] = await engineOn(EMPTY, request);
  try {
    await engine.applyMigrations({
      migrationsList: {
        baseDir: '/migrations',
        lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"' },
        shadowDbInitScript: '',
        migrationDirectories: request.deploy.map(directory),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return { error: null };
  } finally {
    await closed(engine, opened);
  }
}

async function drift({ drift: files, externalTables, ...where }) {
  const [engine, opened] = await engineOn(files, where);
  const from = { tag: 'schemaDatasource', files: texts(files), configDir: path.dirname(packages) };
  const filters = { externalTables: externalTables ?? [], externalEnums: [] };
  try {
    return {
      sql: await diff(engine, files, from, { filters }),
      human: await diff(engine, files, from, { filters, script: false }),
    };
  } finally {
    await closed(engine, opened);
  }
}

function validate(files, version) {
  const schemas = require(version === 6 ? 'psw6' : '@prisma/prisma-schema-wasm');
  schemas.validate(JSON.stringify({ prismaSchema: files, noColor: true }));
  return { error: null };
}

function answerTo(request) {
  if (request.deploy) return deploy(request);
  if (request.drift) return drift(request);
  return request.sql ? sql(request.sql) : validate(request.validate, request.version);
}

// A panic may also come up outside of the request's own promise.
const panics = globalThis.PRISMA_WASM_PANIC_REGISTRY;
process.on('uncaughtException', (error) => {
  process.stdout.write(`${JSON.stringify({ error: panics.message || String(error), panic: true })}\n`, () => process.exit(1));
});

for await (const line of readline.createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await answerTo(JSON.parse(line));
  } catch (error) {
    answer = { error: String(panics.message || (error?.message ?? error)) };
    if (panics.message) answer.panic = true;
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (answer.panic) process.exit(1);
}
process.exit(0);
