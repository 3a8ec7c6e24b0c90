// SPDX-License-Identifier: Apache-2.0
// Do the rules allow more than the forge's own description, as gitlab_facts.json and gitea_facts.json have it? Whatever
// a rule lets through must be valid there: each parameter is known, its type, length and words are no wider, what is
// required is required. The rules may be stricter: what fettle never does need not be let through.

function resolve(rules, type) {
    return typeof type === "string" ? rules.types[type] : type;
}

// A text that is a date alone is no date-time.
function only_times(pattern) {
    const re = new RegExp(pattern ?? "", "u");
    return re.test("2026-01-31T10:00:00Z") && !["2026-01-31", "soon", ""].some((text) => re.test(text));
}

// What of the type of a rule is wider than the fact; undefined when nothing is.
function wider(rules, type, fact, place) {
    const t = resolve(rules, type);
    if (!t) return `has a type that is not known: ${type}`;
    if (t.any) return t.any.map((one) => wider(rules, one, fact, place)).find(Boolean);
    if (Array.isArray(fact)) return t.enum?.every((word) => fact.includes(word)) ? undefined : `is one of ${fact}`;
    if (fact.integer) {
        const [least, most] = fact.integer;
        return t.type === "integer" && t.min >= least && t.max <= most ? undefined : `is from ${least} to ${most}`;
    }
    if (fact.string)
        return t.type === "string" && t.max <= fact.string ? undefined : `is a text of at most ${fact.string}`;
    if (fact.values) {
        const value = resolve(rules, t.values ?? {});
        return t.type === "object" && value.type === fact.values ? undefined : `is an object of ${fact.values}s`;
    }
    if (fact.each) return wider_members(rules, t, fact);
    if (fact === "time") return t.type === "string" && only_times(t.pattern) ? undefined : "is a time";
    if (fact === "strings" || fact === "integers") {
        if (place === "query") return t.type === "string" ? undefined : "is a text with commas";
        const item = resolve(rules, t.items ?? {});
        return t.type === "array" && item.type === fact.slice(0, -1) ? undefined : `is an array of ${fact}`;
    }
    return t.type === fact ? undefined : `is ${fact}`;
}

function wider_members(rules, t, fact) {
    const item = t.type === "array" ? resolve(rules, t.items ?? {}) : {};
    if (item.type !== "object" || !item.fields) return "is an array of objects";
    const missing = (fact.required ?? []).find((key) => !item.required?.includes(key));
    if (missing) return `requires ${missing} of each`;
    for (const [key, type] of Object.entries(item.fields)) {
        const problem = fact.each[key] ? wider(rules, type, fact.each[key], "body") : "is not described";
        if (problem) return `has ${key}, which ${problem}`;
    }
    return undefined;
}

// ---- paths ----

function segment(text) {
    const [, name, words] = /^\{(\w+)(?::(.*))?\}$/u.exec(text) ?? [];
    return words ? {words: words.split("|")} : name ? {type: name} : {words: [text]};
}

// The operations that a rule is about: one for each choice of words that GitLab has an operation of its own for.
function operations_of(rules, facts, rule) {
    const own = rule.path.split("/").map(segment);
    return facts.operations.filter((f) => {
        const theirs = f.path.split("/").map(segment);
        return f.method === rule.method && theirs.length === own.length && theirs.every((s, i) =>
            s.words ? own[i].words?.some((word) => s.words.includes(word)) :
            own[i].type && resolve(rules, own[i].type).type === s.type);
    });
}

function words_left(rule, found) {
    const theirs = found.map((f) => f.path.split("/").map(segment));
    return rule.path.split("/").map(segment).flatMap((s, i) =>
        (s.words ?? []).filter((word) => !theirs.some((path) => path[i].words?.includes(word))));
}

// ---- operations ----

function compare_query(rules, o, f, differ) {
    const known = {...(f.paged ? {page: "integer", per_page: "integer"} : {}), ...f.query};
    for (const [key, type] of Object.entries({...(o.paged ? rules.paging : {}), ...o.query})) {
        const problem = known[key] ? wider(rules, type, known[key], "query") : "is not described";
        if (problem) differ(`?${key} ${problem}`);
    }
}

function compare_body(rules, o, f, differ) {
    if (Boolean(o.body) !== Boolean(f.body)) {
        differ(f.body ? "takes a body" : "takes no body");
        return;
    }
    if (!o.body) return;
    if (!o.body.fields) differ("its members are not listed");
    for (const [key, type] of Object.entries(o.body.fields ?? {})) {
        const problem = f.body[key] ? wider(rules, type, f.body[key], "body") : "is not described";
        if (problem) differ(`${key} ${problem}`);
    }
    for (const key of f.required ?? []) if (!o.body.required?.includes(key)) differ(`${key} is required`);
    if (!f.one_of || o.body.required?.some((key) => f.one_of.includes(key))) return;
    const lone = Object.keys(o.body.fields ?? {}).filter((key) => !f.one_of.includes(key));
    if (!o.body.some || lone.length) differ(`one of ${f.one_of} is required`);
}

// Texts, none when the rules allow nothing that is not described.
export function compare(rules, facts) {
    const differences = [], commit = facts.commit.slice(0, 8);
    for (const o of rules.operations) {
        const found = operations_of(rules, facts, o), left = words_left(o, found);
        const differ = (what) => differences.push(`${o.name}: ${what}`);
        const source = o.source.split(/[ ,;]+/u);
        if (found.length === 0) differ("not described");
        else if (left.length) differ(`not described with ${left}`);
        for (const f of found) {
            if (![commit, f.id].every((word) => source.includes(word))) differ(`its source is not ${commit} ${f.id}`);
            compare_query(rules, o, f, differ);
            compare_body(rules, o, f, differ);
        }
    }
    return differences;
}
