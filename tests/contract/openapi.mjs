// SPDX-License-Identifier: Apache-2.0
// Judges requests of the ledger by GitHub's own description of its API, which contrib/prism-setup got.
import {existsSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";

const KEY = "github";

// OpenAPI's `nullable` beside no type of its own is nothing that a JSON schema knows.
function without_bare_nullable(node) {
    if (!node || typeof node !== "object") return;
    if (node.nullable === true && node.type === undefined) delete node.nullable;
    Object.values(node).forEach(without_bare_nullable);
}

// GitHub's GraphQL schema, which contrib/graphql-setup got beside it; undefined when it is not there.
function load_graphql(folder) {
    const schema = join(folder, "node_modules/@octokit/graphql-schema/schema.graphql");
    if (!existsSync(schema)) return undefined;
    const {buildSchema, parse, validate} = createRequire(join(folder, "package.json"))("graphql");
    const built = buildSchema(readFileSync(schema, "utf8"), {assumeValidSDL: true});
    return (query) => validate(built, parse(query));
}

// undefined when it is not there.
export function load(folder) {
    const file = join(folder, "api.github.com.json");
    if (!existsSync(file) || !existsSync(join(folder, "node_modules/ajv"))) return undefined;
    const Ajv = createRequire(join(folder, "package.json"))("ajv");
    const ajv = new (Ajv.default ?? Ajv)({strict: false, validateSchema: false, validateFormats: false, coerceTypes: false});
    const whole = JSON.parse(readFileSync(file, "utf8"));
    without_bare_nullable(whole);
    const paths = Object.keys(whole.paths).map((path) => ({path, segments: path.slice(1).split("/")}));
    ajv.addSchema(whole, KEY);
    return {ajv, whole, paths, documents: load_graphql(join(folder, "../graphql"))};
}

// The path with the most words that are said as they are.
function find(d, segments) {
    const literal = (p) => p.segments.filter((s) => !s.includes("{")).length;
    return d.paths.filter((p) => p.segments.length === segments.length &&
        p.segments.every((s, i) => (s.includes("{") ? segments[i] !== "" : s === segments[i])))
        .sort((a, b) => literal(b) - literal(a))[0]?.path;
}

function follow(d, node) {
    while (node?.$ref) node = node.$ref.slice(2).split("/").reduce((at, key) => at[unescape_pointer(key)], d.whole);
    return node;
}

const escape_pointer = (key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
const unescape_pointer = (key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");

// Names of all members that some branch of the schema has; undefined when any will do.
function names(d, schema, into = new Set()) {
    const s = follow(d, schema);
    Object.keys(s.properties ?? {}).forEach((key) => into.add(key));
    for (const part of [...(s.allOf ?? []), ...(s.anyOf ?? []), ...(s.oneOf ?? [])]) names(d, part, into);
    return into;
}

function judge_query(d, parameters, query, problems) {
    const known = new Map(parameters.filter((p) => p.in === "query").map((p) => [p.name, p]));
    for (const [name, value] of new URLSearchParams(query ?? "")) {
        const p = known.get(name), s = follow(d, p?.schema);
        if (!p) problems.push(`?${name} is not described`);
        else if (s.type === "integer" && !/^\d+$/u.test(value)) problems.push(`?${name} is "${value}", not a number`);
        else if (s.enum && !s.enum.includes(value)) problems.push(`?${name} is "${value}", none of ${s.enum.join(", ")}`);
    }
}

function judge_body(d, path, method, operation, entry, problems) {
    const content = follow(d, operation.requestBody)?.content?.["application/json"];
    if (entry.body === null) {
        if (operation.requestBody?.required && entry.status !== 0) problems.push("the body is missing");
        return;
    }
    if (!content) {
        problems.push("a body where none is described");
        return;
    }
    if (!/^application\/json/iu.test(entry.headers["content-type"] ?? "")) problems.push("content-type is not JSON");
    const at = operation.requestBody.$ref ? operation.requestBody.$ref.slice(2).split("/").map(escape_pointer)
        : ["paths", path, method, "requestBody"].map(escape_pointer);
    const valid = d.ajv.getSchema(`${KEY}#/${[...at, "content", "application~1json", "schema"].join("/")}`);
    if (!valid(entry.body)) problems.push(...valid.errors.map((e) => `body${e.instancePath} ${e.message}`));
    const known = names(d, content.schema);
    for (const key of known.size ? Object.keys(entry.body) : [])
        if (!known.has(key)) problems.push(`body.${key} is not described`);
}

// One document and its variables; all else that GraphQL allows is never sent.
function judge_graphql(d, entry) {
    const {query, variables, ...more} = entry.body ?? {};
    const problems = Object.keys(more).map((key) => `body.${key} is not described`);
    if (typeof query !== "string") return [...problems, "body.query is no text"];
    if (typeof variables !== "object" || variables === null) problems.push("body.variables is no object");
    try {
        problems.push(...(d.documents?.(query) ?? []).map((e) => e.message));
    } catch (e) {
        problems.push(e.message);
    }
    return problems;
}

export function judge(d, entry) {
    if (entry.method === "POST" && /^\/(github|api)?\/?graphql$/u.test(entry.path)) return judge_graphql(d, entry);
    const problems = [];
    const [path, query] = entry.path.replace(/^\/github(?=\/)/u, "").split(/\?(.*)/su);
    // A renamed repository goes by its number, which the description does not tell of.
    const segments = path.replace(/^\/repositories\/\d+/u, "/repos/o/r").slice(1).split("/");
    const found = find(d, segments), method = entry.method.toLowerCase(), operation = d.whole.paths[found]?.[method];
    if (!operation) return ["no such request is described"];
    const parameters = [...(d.whole.paths[found].parameters ?? []), ...(operation.parameters ?? [])].map((p) => follow(d, p));
    judge_query(d, parameters, query, problems);
    judge_body(d, found, method, operation, entry, problems);
    if (!/^application\/vnd\.github\+json$/u.test(entry.headers.accept ?? "")) problems.push(`accept is ${entry.headers.accept}`);
    if (!entry.headers["x-github-api-version"]) problems.push("x-github-api-version is missing");
    return problems;
}
