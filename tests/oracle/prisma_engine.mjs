// Prisma's own engine as an oracle, without a database: reads JSON lines, answers JSON lines.
//   {"sql": [[path, text], ...]}                      -> {"sql": "..."} or {"error": "..."}
//   {"validate": [[path, text], ...], "version": 6|8} -> {"error": null} or {"error": "..."}
// Argument: the directory whose node_modules holds the packages of package.json. One process per use: a panic of the
// engine kills it.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

globalThis.PRISMA_WASM_PANIC_REGISTRY = { message: '', set_message(message) { this.message = message; } };
const packages = path.resolve(process.argv[2], 'node_modules');
const require = createRequire(path.join(packages, 'x.js'));
const { bindMigrationAwareSqlAdapterFactory } = require('@prisma/driver-adapter-utils');
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
const factory = bindMigrationAwareSqlAdapterFactory({
  provider: 'postgres',
  adapterName: 'stub',
  connect: async () => connection,
  connectToShadowDb: async () => connection,
});

async function sql(files) {
  const engine = await glue.SchemaEngine.new({ datamodels: files }, () => {}, factory);
  const answer = await engine.diff({
    from: { tag: 'empty' },
    to: { tag: 'schemaDatamodel', files: files.map(([name, content]) => ({ path: name, content })) },
    script: true,
    exitCode: null,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return { sql: answer.stdout };
}

function validate(files, version) {
  const schemas = require(version === 6 ? 'psw6' : '@prisma/prisma-schema-wasm');
  schemas.validate(JSON.stringify({ prismaSchema: files, noColor: true }));
  return { error: null };
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = request.sql ? await sql(request.sql) : validate(request.validate, request.version);
  } catch (error) {
    answer = { error: String(error?.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
