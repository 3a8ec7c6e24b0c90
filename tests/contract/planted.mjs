// SPDX-License-Identifier: Apache-2.0
// Is the judge awake? Each request here is wrong in one way, and that way must be found; as it was before, none.
// And the comparison with the forges' descriptions: each rule here is made to allow too much in one way.
import {readFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {compare} from "./facts.mjs";
import {load, judge} from "./rules.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const rules = {gitlab: load(join(here, "gitlab.json")), gitea: load(join(here, "gitea.json"))};
const sha = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
const lab = "/gitlab/api/v4/projects/acme%2Fx", tea = "/gitea/api/v1/repos/acme/x";

function request(forge, method, path, body = null) {
    const headers = {"user-agent": "fettle/0", accept: "application/json"};
    headers[forge === "gitlab" ? "private-token" : "authorization"] = forge === "gitlab" ? "***" : "token ***";
    if (body !== null) headers["content-type"] = "application/json";
    return {forge, method, path, headers, body, status: 200};
}
const status = (more) => request("gitlab", "POST", `${lab}/statuses/${sha}`, {state: "success", name: "ci", ...more});
const note = (body) => request("gitlab", "POST", `${lab}/merge_requests/7/notes`, {body});
const merge = (body) => request("gitea", "POST", `${tea}/pulls/7/merge`, {Do: "merge", head_commit_id: sha, ...body});
const pipeline = (key) => request("gitlab", "POST", `${lab}/pipeline`, {ref: "main", variables: [{key, value: "1"}]});
const hook = (body) => request("gitlab", "POST", `${lab}/hooks`, {url: "https://ci.example.com/hook", ...body});
const change = (entry, key, value) => ({...entry, headers: {...entry.headers, [key]: value}});

const rows = [ // right, wrong, what must be said of it
    [status({}), status({state: "cancelled"}), /none of pending/],
    [status({}), status({state: undefined}), /body\.state is undefined/],
    [status({description: "x".repeat(255)}), status({description: "x".repeat(256)}), /more than 255/],
    [status({description: "é".repeat(255)}), status({target_url: "ftp://x"}), /target_url/],
    [status({}), status({colour: "red"}), /colour is not described/],
    [status({}), change(status({}), "private-token", undefined), /private-token/],
    [status({}), change(status({}), "content-type", "text/plain"), /content-type/],
    [status({}), {...status({}), path: `${lab}/statuses/main`}, /\{sha\}/],
    [status({}), {...status({}), path: `/gitlab/api/v4/projects/acme/x/statuses/${sha}`}, /no such request/],
    [status({}), {...status({}), path: `${lab}/statuses/${sha}?`.replace("statuses", "status es")}, /badly encoded/],
    [status({}), {...status({}), body: null}, /body is missing/],
    [note("well"), note("well\n/close"), /would be run/],
    [note("and/or"), note(""), /less than 1/],
    [note("well"), {...note("well"), method: "PATCH"}, /no such request/],
    [note("well"), note(7), /not string/],
    [pipeline("A_1"), pipeline("with-dash"), /A-Za-z0-9_/],
    [request("gitlab", "PUT", `${lab}/issues/7`, {add_labels: ["a"]}), request("gitlab", "PUT", `${lab}/issues/7`, {}), /no member/],
    [request("gitlab", "PUT", `${lab}/issues/7`, {add_labels: ["a", "b"]}), request("gitlab", "PUT", `${lab}/issues/7`, {add_labels: ["a,b"]}), /add_labels/],
    [request("gitlab", "PUT", `${lab}/issues/7`, {labels: []}), request("gitlab", "PUT", `${lab}/issues/7`, {labels: "a,b"}), /not array/],
    [request("gitlab", "GET", `${lab}/issues?updated_after=2026-01-31T10:00:00Z`), request("gitlab", "GET", `${lab}/issues?updated_after=2026-01-31`), /updated_after/],
    [request("gitlab", "GET", `${lab}/hooks/3/events?per_page=20`), request("gitlab", "GET", `${lab}/hooks/3/events?per_page=21`), /more than 20/],
    [hook({signing_token: `whsec_${"A".repeat(43)}=`}), hook({signing_token: `whsec_${"A".repeat(42)}==`}), /signing_token/],
    [hook({emoji_events: false}), hook({emoji_event: false}), /not described/],
    [request("gitlab", "GET", "/gitlab/api/v4/groups/acme%2Fteams/members/all/3"), request("gitlab", "GET", "/gitlab/api/v4/groups/acme/teams/members/all/3"), /no such request/],
    [request("gitlab", "PUT", `${lab}/merge_requests/7/merge`, {sha}), request("gitlab", "PUT", `${lab}/merge_requests/7/merge`, {}), /sha is missing/],
    [request("gitlab", "GET", `${lab}/issues?per_page=100`), request("gitlab", "GET", `${lab}/issues?per_page=101`), /more than 100/],
    [request("gitlab", "GET", `${lab}/issues?state=all`), request("gitlab", "GET", `${lab}/issues?state=open`), /none of opened/],
    [request("gitlab", "GET", `${lab}/issues?page=2`), request("gitlab", "GET", `${lab}/issues?page=2&page=3`), /twice/],
    [request("gitlab", "GET", `${lab}/issues/7`), request("gitlab", "GET", `${lab}/issues/7`, {}), /a body where none/],
    [request("gitlab", "DELETE", `${lab}/issues/7/notes/1`), request("gitlab", "DELETE", `${lab}/snippets/7/notes/1`), /no such request/],
    [merge({}), merge({Do: "fast"}), /none of merge/],
    [merge({}), merge({head_commit_id: "6dcb09b"}), /head_commit_id/],
    [merge({}), merge({sha}), /sha is not described/],
    [merge({}), change(merge({}), "authorization", "PRIVATE ***"), /authorization/],
    [request("gitea", "POST", `${tea}/issues`, {title: "t", labels: [1]}), request("gitea", "POST", `${tea}/issues`, {title: "t", labels: ["bug"]}), /labels\[0\]/],
    [request("gitea", "POST", `${tea}/issues`, {title: "t"}), request("gitea", "POST", `${tea}/issues`, {body: "t"}), /title is missing/],
    [request("gitea", "PATCH", `${tea}/issues/7`, {state: "closed"}), request("gitea", "PATCH", `${tea}/issues/7`, {state: "close"}), /none of open/],
    [request("gitea", "GET", `${tea}/issues?limit=50&page=1`), request("gitea", "GET", `${tea}/issues?per_page=50`), /not described/],
    [request("gitea", "GET", `${tea}/issues/7/comments`), request("gitea", "GET", `${tea}/issues/7/comments?page=1`), /not described/],
    [request("gitea", "DELETE", `${tea}/issues/7/labels/3`), request("gitea", "DELETE", `${tea}/issues/7/labels/bug`), /\{number\}/],
    [request("gitea", "POST", `${tea}/labels`, {name: "a", color: "#ededed"}), request("gitea", "POST", `${tea}/labels`, {name: "a", color: "red"}), /color/],
    [request("gitea", "POST", `${tea}/actions/workflows/ci.yml/dispatches`, {ref: "main", inputs: {a: "1"}}),
     request("gitea", "POST", `${tea}/actions/workflows/ci.yml/dispatches`, {ref: "main", inputs: {a: 1}}), /inputs\.a/],
];

const plain = (name) => JSON.parse(readFileSync(join(here, name), "utf8"));
const lax = { // the rule, what is done to it, what must be said of it
    gitlab: [
        ["Set commit pipeline status", (o) => o.body.fields.state.enum.push("error"), /state is one of pending/],
        ["Set commit pipeline status", (o) => delete o.body.fields.state.enum, /state is one of pending/],
        ["Set commit pipeline status", (o) => o.body.required.pop(), /state is required/],
        ["Set commit pipeline status", (o) => o.body.fields.stage = {type: "string"}, /stage is not described/],
        ["Set commit pipeline status", (o) => o.body.fields.pipeline_id = {type: "string"}, /pipeline_id is integer/],
        ["Set commit pipeline status", (o) => o.method = "PUT", /not described/],
        ["List commit statuses", (o) => o.query.target_url = {type: "string"}, /\?target_url is not described/],
        ["List commit statuses", (o) => o.path += "/{number}", /not described/],
        ["Create a note", (o) => o.path = o.path.replace("issues|", "issues|commits|"), /not described with commits/],
        ["Create an issue", (o) => o.body.fields.labels = {type: "string"}, /labels is an array of strings/],
        ["Update an issue", (o) => delete o.body.some, /one of assignee_id,.* is required/],
        ["Update an issue", (o) => o.body.fields.updated_at = "when", /one of assignee_id,.* is required/],
        ["Create a pipeline", (o) => o.body.fields.variables.items.fields.raw = {type: "boolean"}, /raw, which is not described/],
        ["Create a pipeline", (o) => delete o.body.fields.variables.items.fields, /an array of objects/],
        ["List project pipelines", (o) => o.query.updated_after = {type: "string"}, /\?updated_after is a time/],
        ["List events of a project webhook", (o) => delete o.query.per_page.max, /\?per_page is from 1 to 20/],
        ["Delete a note", (o) => o.body = {fields: {}}, /takes no body/],
        ["Create a merge request", (o) => o.body.fields.description = {type: "string", max: 1048577}, /description is a text of at most 1048576/],
        ["Update a merge request", (o) => o.body.fields.milestone = {type: "string"}, /milestone is a text of at most 255/],
        ["Merge a merge request", (o) => delete o.body, /takes a body/],
        ["Retrieve the current user", (o) => o.source = "users", /its source is not 045bf877 getApiV4User/],
    ],
    gitea: [
        ["ActionsDispatchWorkflow", (o) => o.body.fields.inputs.values.type = "integer", /inputs is an object of strings/],
        ["ActionsDispatchWorkflow", (o) => delete o.body.fields.inputs.values, /inputs is an object of strings/],
        ["ActionsDispatchWorkflow", (o) => o.body.required = [], /ref is required/],
        ["ActionsDispatchWorkflow", (o) => o.path = o.path.replace("/workflows", ""), /not described/],
    ],
};

let bad = 0;
for (const [i, [right, wrong, said]] of rows.entries()) {
    const found = judge(rules[right.forge], right), missed = judge(rules[wrong.forge], wrong);
    if (found.length) console.log(`row ${i}: right, and called wrong: ${found}`);
    if (!missed.some((text) => said.test(text))) console.log(`row ${i}: ${said} was not found, but: ${missed}`);
    bad += Number(found.length > 0) + Number(!missed.some((text) => said.test(text)));
}
for (const [forge, [name, wrong, said]] of Object.entries(lax).flatMap(([forge, all]) => all.map((row) => [forge, row]))) {
    const all = plain(`${forge}.json`), facts = plain(`${forge}_facts.json`);
    const known = (o) => forge === "gitlab" || facts.operations.some((f) => f.id === o.name);
    wrong(all.operations.find((o) => o.name === name));
    const found = compare({...all, operations: all.operations.filter(known)}, facts);
    if (found.length && found.every((line) => line.startsWith(`${name}: `) && said.test(line))) continue;
    console.log(`${name}: ${said} was not found alone, but: ${found}`);
    bad++;
}
const planted = rows.length + lax.gitlab.length + lax.gitea.length;
console.log(`${planted} planted faults, ${bad} judged wrongly`);
process.exit(bad ? 1 : 0);
