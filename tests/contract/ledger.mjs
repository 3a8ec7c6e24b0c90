// SPDX-License-Identifier: Apache-2.0
// node ledger.mjs [--github FOLDER] [--used] LEDGER...
// Judges every request that fettle made of an emulated forge: GitLab and Gitea by the rules beside this file, GitHub by
// its own description where contrib/prism-setup put it into FOLDER. Requests of others (curl in a test) are passed over.
//   --used  every operation of the rules that is not marked optional must have been used
// Exit 0 when all is well, 1 when a request is wrong, 2 when there is something else the matter.
import {createReadStream} from "node:fs";
import {dirname, join} from "node:path";
import {createInterface} from "node:readline";
import {fileURLToPath} from "node:url";
import * as rules from "./rules.mjs";
import * as openapi from "./openapi.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const options = {github: "", used: false}, files = [];
for (let i = 2; i < process.argv.length; i++) {
    if (process.argv[i] === "--github") options.github = process.argv[++i];
    else if (process.argv[i] === "--used") options.used = true;
    else files.push(process.argv[i]);
}

const judges = new Map();
for (const forge of ["gitlab", "gitea"]) judges.set(forge, {by: rules, with: rules.load(join(here, `${forge}.json`))});
const described = options.github ? openapi.load(options.github) : undefined;
if (described) judges.set("github", {by: openapi, with: described});

// The last line may be cut short: its writer was killed.
async function* entries(file) {
    let number = 0, broken;
    for await (const line of createInterface({input: createReadStream(file), crlfDelay: Infinity})) {
        number++;
        if (broken) throw new Error(broken);
        if (line === "") continue;
        let entry;
        try {
            entry = JSON.parse(line);
        } catch (e) {
            broken = `${file}:${number}: ${e.message}`;
            continue;
        }
        yield entry;
    }
}

let wrong = 0;
const judged = {github: 0, gitlab: 0, gitea: 0};
try {
    for (const file of files)
        for await (const entry of entries(file)) {
            const judge = judges.get(entry.forge);
            if (!judge || !entry.headers?.["user-agent"]?.startsWith("fettle/")) continue;
            judged[entry.forge]++;
            const problems = judge.by.judge(judge.with, entry);
            if (problems.length === 0) continue;
            wrong++;
            console.log(`${file}: ${entry.seq}: ${entry.method} ${entry.path}`);
            for (const p of problems) console.log(`    ${p}`);
        }
} catch (e) {
    console.log(e.message);
    process.exit(2);
}
let unused = 0;
for (const [forge, judge] of options.used ? judges : [])
    for (const o of judge.by === rules ? judge.with.operations : [])
        if (!o.used && !o.optional && ++unused) console.log(`${forge}: never used: ${o.name}`);
const counts = Object.entries(judged).filter(([forge]) => judges.has(forge)).map(([forge, n]) => `${forge} ${n}`);
console.log(`contract: ${counts.join(", ")} requests judged, ${wrong} wrong`);
process.exit(wrong === 0 && unused === 0 ? 0 : 1);
