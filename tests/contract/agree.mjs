// SPDX-License-Identifier: Apache-2.0
// node agree.mjs gitea|gitlab
// Are the rules what the forge describes? Each rule of gitea.json is compared with the operation of its name in npm's
// gitea-js, which is made of Gitea's swagger description: method, path, parameters, members, those that are required,
// words. What is newer than the package is in gitea_facts.json. gitlab.json is compared with what gitlab_facts.json
// has of GitLab's OpenAPI description (facts.mjs).
// Exit 77: the package is not there (contrib/setup check).
import {existsSync, readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {compare} from "./facts.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const read = (name) => JSON.parse(readFileSync(join(here, name), "utf8"));

function finish(compared, differences) {
    differences.forEach((line) => console.log(line));
    console.log(`contract: ${compared} operations compared, ${differences.length} differences`);
    process.exit(differences.length || compared < 20 ? 1 : 0);
}

if (process.argv[2] === "gitlab") {
    const gitlab = read("gitlab.json");
    finish(gitlab.operations.length, compare(gitlab, read("gitlab_facts.json")));
}

// ---- Gitea ----

const types = join(here, "node_modules/gitea-js/dist/index.d.ts");
if (!existsSync(types)) {
    console.log("contract: gitea-js is not there (contrib/setup check): skipped");
    process.exit(77);
}
const text = readFileSync(types, "utf8"), rules = read("gitea.json");
const facts = read("gitea_facts.json"), newer = new Set(facts.operations.map((f) => f.id)); // than the package

const operation = /@name (\w+)\n[\s\S]*?@request (\w+):(\S+)[\s\S]*?\*\/\s*(\w+): \(([\s\S]*?)params\?: RequestParams\)/gu;
const described = new Map();
for (const [, , method, path, name, parameters] of text.matchAll(operation))
    described.set(name.toLowerCase(), {method, path, parameters});

function members(type) {
    const body = new RegExp(`interface ${type} \\{([\\s\\S]*?)\\n\\}`, "u").exec(text)?.[1] ?? "";
    return new Map([...body.matchAll(/^\s+(\w+)(\??): ([^;]+);/gmu)].map(([, name, mark, of]) => [name, {required: !mark, of}]));
}

const differences = [];
const differ = (o, what) => differences.push(`${o.name}: ${what}`);
const nameless = (path) => path.replace(/\{[^}]*\}/gu, "{}");

function compare_body(o, type) {
    const fields = members(type);
    for (const [key, rule] of Object.entries(o.body.fields)) {
        const f = fields.get(key);
        if (!f) differ(o, `${type} has no ${key}`);
        for (const word of f?.of.includes("'") ? rule.enum ?? [] : [])
            if (!f.of.includes(`'${word}'`)) differ(o, `${key} is never '${word}'`);
    }
    for (const [key, f] of fields)
        if (f.required && !o.body.required?.includes(key)) differ(o, `${key} of ${type} is required`);
}

let compared = 0;
for (const o of rules.operations.filter((one) => !newer.has(one.name))) {
    const d = described.get(o.name.toLowerCase());
    if (!d) {
        differ(o, "not described");
        continue;
    }
    compared++;
    if (d.method !== o.method || nameless(d.path) !== nameless(o.path)) differ(o, `is ${d.method} ${d.path}`);
    const query = new Set([...d.parameters.matchAll(/^\s+(\w+)\?: /gmu)].map(([, name]) => name));
    for (const key of Object.keys({...(o.paged ? rules.paging : {}), ...o.query}))
        if (!query.has(key)) differ(o, `has no parameter ${key}`);
    const body = /body: (\w+)/u.exec(d.parameters)?.[1];
    if (Boolean(body) !== Boolean(o.body)) differ(o, body ? `takes a ${body}` : "takes no body");
    else if (body) compare_body(o, body);
}
const others = {...rules, operations: rules.operations.filter((one) => newer.has(one.name))};
finish(compared + others.operations.length, [...differences, ...compare(others, facts)]);
