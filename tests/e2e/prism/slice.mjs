// SPDX-License-Identifier: Apache-2.0
// node slice.mjs api.github.com.json out.json: the operations that we use, with every component they refer to. The
// whole description takes prism half a minute to read.
import {readFileSync, writeFileSync} from "node:fs";

const used = {
    "/repos/{owner}/{repo}/statuses/{sha}": ["post"],
    "/repos/{owner}/{repo}/commits/{ref}/statuses": ["get"],
    "/repos/{owner}/{repo}/commits/{ref}/check-runs": ["get"],
    "/repos/{owner}/{repo}/check-runs": ["post"],
    "/repos/{owner}/{repo}/check-runs/{check_run_id}": ["get", "patch"],
    "/repos/{owner}/{repo}/issues": ["get", "post"],
    "/repos/{owner}/{repo}/issues/{issue_number}": ["patch"],
    "/repos/{owner}/{repo}/issues/{issue_number}/labels": ["post"],
};

const [from, to] = process.argv.slice(2);
const whole = JSON.parse(readFileSync(from, "utf8"));
const slice = {openapi: whole.openapi, info: whole.info, paths: {}, components: {}};

// GitHub asks its clients to accept application/vnd.github+json; the description names the same answers
// application/json alone, and prism would answer 406.
function offer(content) {
    if (content?.["application/json"]) content["application/vnd.github+json"] = content["application/json"];
}

function take(ref) {
    const [kind, name] = ref.replace("#/components/", "").split("/");
    slice.components[kind] ??= {};
    if (name in slice.components[kind]) return;
    slice.components[kind][name] = whole.components[kind][name];
    follow(slice.components[kind][name]);
}

function follow(node) {
    if (!node || typeof node !== "object") return;
    if (typeof node.$ref === "string") take(node.$ref);
    if (node.description && node.content) offer(node.content);
    Object.values(node).forEach(follow);
}

for (const [path, methods] of Object.entries(used)) {
    slice.paths[path] = {};
    for (const method of methods) {
        const operation = whole.paths[path]?.[method];
        if (!operation) throw new Error(`${method} ${path} is not in ${from}`);
        slice.paths[path][method] = operation;
        follow(operation);
    }
}
writeFileSync(to, JSON.stringify(slice));
