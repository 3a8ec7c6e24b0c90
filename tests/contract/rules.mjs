// SPDX-License-Identifier: Apache-2.0
// Judges requests by gitlab.json and gitea.json. A rule's type is a name of `types` or an object:
//   type    string, integer, number, boolean, array, object      any    [types], one of which must fit
//   min max length of a string in code points, value of a number enum, pattern
//   items   of an array      fields, required, values of an object (fields: those and no others)
//   raw     the path segment is looked at as it was sent        quick_actions: false   no line that GitLab would run
import {readFileSync} from "node:fs";

export function load(file) {
    const rules = JSON.parse(readFileSync(file, "utf8"));
    const seen = new Set();
    for (const o of rules.operations) {
        o.segments = o.path.slice(1).split("/").map(read_segment);
        if (!o.source) throw new Error(`${file}: ${o.name} has no source`);
        if (seen.has(o.name)) throw new Error(`${file}: ${o.name} is there twice`);
        seen.add(o.name);
        o.used = 0;
    }
    return rules;
}

function read_segment(text) {
    const choice = /^\{\w+:(.*)\}$/.exec(text), type = /^\{(\w+)\}$/.exec(text);
    return choice ? {words: choice[1].split("|")} : type ? {type: type[1]} : {words: [text]};
}

// ---- values ----

export function check(rules, type, value, where, problems) {
    const t = typeof type === "string" ? rules.types[type] : type;
    if (!t) throw new Error(`type ${JSON.stringify(type)} of ${where} is not known`);
    if (t.any) {
        const all = t.any.map((one) => {
            const found = [];
            check(rules, one, value, where, found);
            return found;
        });
        if (!all.some((found) => found.length === 0)) problems.push(...all[0]);
        return;
    }
    const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
    const fits = {integer: Number.isSafeInteger(value), number: kind === "number"}[t.type] ?? kind === t.type;
    if (!fits) problems.push(`${where} is ${kind} ${JSON.stringify(value)?.slice(0, 60)}, not ${t.type}`);
    else bounds(t, value, where, problems);
    if (fits && kind === "array" && t.items)
        value.forEach((v, i) => check(rules, t.items, v, `${where}[${i}]`, problems));
    if (fits && kind === "object") members(rules, t, value, where, problems);
}

function bounds(t, value, where, problems) {
    const size = typeof value === "string" ? [...value].length : value;
    if (t.min !== undefined && size < t.min) problems.push(`${where} is less than ${t.min}`);
    if (t.max !== undefined && size > t.max) problems.push(`${where} is more than ${t.max}: ${size}`);
    if (t.enum && !t.enum.includes(value)) problems.push(`${where} is "${value}", none of ${t.enum.join(", ")}`);
    if (t.pattern && !new RegExp(t.pattern, "u").test(value)) problems.push(`${where} is "${value}", not ${t.pattern}`);
    if (t.quick_actions === false && /^[ \t]*\/[a-z]/mu.test(value)) problems.push(`${where} has a line that would be run`);
}

function members(rules, t, value, where, problems) {
    for (const key of t.required ?? []) if (!(key in value)) problems.push(`${where}.${key} is missing`);
    if (t.some && Object.keys(value).length === 0) problems.push(`${where} has no member`);
    for (const [key, v] of Object.entries(value)) {
        const type = t.fields ? t.fields[key] : t.values;
        if (t.fields && !type) problems.push(`${where}.${key} is not described`);
        else if (type) check(rules, type, v, `${where}.${key}`, problems);
    }
}

// ---- requests ----

function decoded(text, where, problems) {
    try {
        return decodeURIComponent(text);
    } catch {
        problems.push(`${where} is badly encoded: ${text}`);
        return text;
    }
}

function fits(operation, method, segments) {
    return operation.method === method && operation.segments.length === segments.length &&
        operation.segments.every((s, i) => s.type || s.words.includes(segments[i]));
}

// "12" → 12 where a number is wanted, "true" → true.
function of_text(rules, type, text) {
    const t = typeof type === "string" ? rules.types[type] : type;
    if ((t.type === "integer" || t.type === "number") && /^-?\d+$/.test(text)) return Number(text);
    if (t.type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
    return text;
}

function judge_path(rules, o, segments, problems) {
    o.segments.forEach((s, i) => {
        if (!s.type) return;
        const text = rules.types[s.type].raw ? segments[i] : decoded(segments[i], "a path segment", problems);
        check(rules, s.type, of_text(rules, s.type, text), `{${s.type}} of the path`, problems);
    });
}

function judge_query(rules, o, query, problems) {
    const types = {...(o.paged ? rules.paging : {}), ...o.query}, seen = new Set();
    for (const part of query ? query.split("&") : []) {
        const [key, value = ""] = part.split(/=(.*)/su), name = decoded(key, "a parameter", problems);
        const type = types[name];
        if (seen.has(name)) problems.push(`?${name} is there twice`);
        seen.add(name);
        if (!type) problems.push(`?${name} is not described`);
        else check(rules, type, of_text(rules, type, decoded(value, `?${name}`, problems)), `?${name}`, problems);
    }
}

function judge_head(wanted, headers, problems) {
    for (const [name, pattern] of Object.entries(wanted))
        if (!new RegExp(pattern, "u").test(headers[name] ?? "")) problems.push(`header ${name} is "${headers[name]}"`);
}

function judge_body(rules, o, entry, problems) {
    const type = entry.headers["content-type"];
    if (entry.status === 0 && entry.body === null) return; // the connection was closed before it was read
    if (entry.body === null) {
        if (type !== undefined) problems.push("a content-type and no body");
        if (o.body) problems.push("the body is missing");
        return;
    }
    if (!/^application\/json(; ?charset=utf-8)?$/iu.test(type ?? "")) problems.push(`content-type is ${type}`);
    if (!o.body) problems.push("a body where none is described");
    else check(rules, {type: "object", ...o.body}, entry.body, "body", problems);
}

// What is wrong with a request of the ledger: texts, none when all is well.
export function judge(rules, entry) {
    const problems = [];
    const [path, query] = entry.path.split(/\?(.*)/su);
    if (!/^[\w.~%/-]*$/u.test(path) || /%(?![0-9A-Fa-f]{2})/u.test(entry.path)) problems.push("the path is badly encoded");
    const segments = path.startsWith(rules.prefix + "/") ? path.slice(rules.prefix.length + 1).split("/") : [];
    const o = rules.operations.find((one) => fits(one, entry.method, segments));
    if (!o) return [...problems, "no such request is described"];
    o.used++;
    judge_path(rules, o, segments, problems);
    judge_query(rules, o, query, problems);
    judge_head(rules.authorization, entry.headers, problems);
    judge_head(rules.headers, entry.headers, problems);
    judge_body(rules, o, entry, problems);
    return problems;
}
