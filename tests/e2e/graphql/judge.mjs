// SPDX-License-Identifier: Apache-2.0
// judge.mjs FOLDER DOCUMENT...: whether GitHub's schema accepts each of the documents. FOLDER: what contrib/graphql-setup
// made. Prints "ok FILE", or "no FILE: why" and exits 1.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const [folder, ...files] = process.argv.slice(2);
const require = createRequire(resolve(folder, "package.json"));
const { buildSchema, parse, validate } = require("graphql");
const sdl = readFileSync(resolve(folder, "node_modules/@octokit/graphql-schema/schema.graphql"), "utf8");
const schema = buildSchema(sdl, { assumeValidSDL: true }); // it defines two fields twice
let bad = 0;
for (const file of files) {
  let errors;
  try {
    errors = validate(schema, parse(readFileSync(file, "utf8")));
  } catch (e) {
    errors = [e];
  }
  console.log(errors.length ? `no ${file}: ${errors.map((e) => e.message).join("; ")}` : `ok ${file}`);
  bad += errors.length ? 1 : 0;
}
process.exit(bad ? 1 : 0);
