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
    "/repos/{owner}/{repo}/issues/{issue_number}": ["get", "patch"],
    "/repos/{owner}/{repo}/issues/{issue_number}/labels": ["get", "post"],
    "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}": ["delete"],
    "/repos/{owner}/{repo}/issues/{issue_number}/comments": ["get", "post"],
    "/repos/{owner}/{repo}/issues/comments/{comment_id}": ["patch", "delete"],
    "/repos/{owner}/{repo}/pulls": ["get", "post"],
    "/repos/{owner}/{repo}/pulls/{pull_number}": ["get", "patch"],
    "/repos/{owner}/{repo}/pulls/{pull_number}/merge": ["put"],
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches": ["post"],
    "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs": ["get"],
    "/repos/{owner}/{repo}/dispatches": ["post"],
    "/repos/{owner}/{repo}/hooks": ["get", "post"],
    "/repos/{owner}/{repo}/hooks/{hook_id}": ["patch", "delete"],
    "/repos/{owner}/{repo}/hooks/{hook_id}/pings": ["post"],
    "/repos/{owner}/{repo}/hooks/{hook_id}/deliveries": ["get"],
    "/repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}": ["get"],
    "/orgs/{org}/hooks": ["get"],
    "/orgs/{org}/hooks/{hook_id}": ["patch"],
    "/orgs/{org}/hooks/{hook_id}/deliveries": ["get"],
    "/orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}": ["get"],
    "/app/hook/config": ["get"],
    "/app/hook/deliveries": ["get"],
    "/app/hook/deliveries/{delivery_id}": ["get"],
    "/repos/{owner}/{repo}/installation": ["get"],
    "/app/installations/{installation_id}": ["get"],
    "/app/installations/{installation_id}/access_tokens": ["post"],
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

// Where the description is not true to itself, and prism would judge us by that: `created` takes a range (its own words:
// ">=2026-01-01", "A..B") and is called one date-time; the teams of its own examples of changes have no `type`.
delete slice.components.parameters.created.schema.format;
for (const name of ["team", "team-simple", "nullable-team-simple"]) {
    const schema = slice.components.schemas[name];
    if (schema) schema.required = schema.required.filter((key) => key !== "type");
}
writeFileSync(to, JSON.stringify(slice));
