// SPDX-License-Identifier: Apache-2.0
// The pieces that pages are made of. What is exported here stays; below, `of` and children are text from anywhere and
// are shown as text.
//
// words.js
//   <Icon name="ok" />            a small picture, hidden from screen readers: names in icons.js
//   <State of="failure" />        chip with sign and word, of any state or conclusion of the API; text="…" says it otherwise
//   <Text of=${branch} />         outside text, isolated in its direction of writing; class, max (characters)
//   <When at="2026-…Z" />         "5 min ago", exact when pointed at; also ms since 1970. absolute: the exact one
//   <Duration ms=${n} />          or from=${started_at} to=${ended_at}: goes on while `to` is null
//   <Id of=${run.id} href="…" />  an id, short, in fixed width; whole when pointed at
//   <Out href=${url}>…</Out>      link to elsewhere, when it is one to the web; else its text alone
//   <Num of=${n} />               1,234
//   stateWord(of), stateTone(of)  "timed out"; "good" | "bad" | "busy" | "wait" | "warn" | "dull"
// states.js: what a page shows while there is nothing
//   <Page title="Runs" actions=${html`…`} sub=${html`…`}>   heading and frame of a page; sets the window's title
//   <Section title="Jobs" actions id>                       a part of it, with its own heading (h2)
//   <Loading rows=${5} />         a skeleton, after 150 ms
//   <Empty title="No runs yet">what to do next</Empty>
//   <Failed problem=${p} retry=${fn} />
//   <Loaded from=${useGet(…)} empty=${(d) => …or null} rows=${5}>${(data) => …}</Loaded>   all of these, around content
//   <Note tone="warn">…</Note>    a line that stands out
// table.js
//   <Table name="Runs" rows=${…} id=${(r) => r.id} href=${(r) => "/runs/" + r.id} columns=${[{head, cell: (r) => …, kind}]} />
//       kind: "num" to the right; "main" the cell that is the row's link; "low" hidden on a phone. Cards on a phone.
//   <Pager next=${data.next} />   by cursor: ?cursor=… in the address; the way back is the browser's, and "newest"
//   <Filters fields=${[{name, label, kind: "search" | "words", words: [...],
//       hint, options: [...] to choose from while searching}]} />   bound to the address
//   <Tabs name="range" label="Range" all=${[["1h","1 hour"],…]} fallback="24h" />    one of a few, in the address
//   <Facts rows=${[["Commit", html`…`], …]} />    names and values
// ask.js
//   await ask({title, text, yes: "Cancel the run", tone: "bad"})   true | false; a dialog
//   say("It is stored", tone)     a passing message, read out politely; tone: "good" | "bad"
//   <Do label="Cancel" icon="stop" scope="run" confirm=${{…}} does=${() => post(…)} done="…" tone="bad" />
//       a button that asks, does, says what came of it; not there for who may not
//   <Button icon tone onClick>…</Button>
// plot.js
//   <Plot label="Runs" at=${[s, …]} series=${[{label, values, tone, fill}]} kind="line" unit="count" height=${150} />
//       kind: "line" | "bars", which stand on one another; unit: "count" | "ms" | "s" | "share"; tone: "accent" | "good" |
//       "bad" | "warn" | "dull"; values may be null
export * from './parts/words.js';
export * from './parts/states.js';
export * from './parts/table.js';
export * from './parts/ask.js';
export * from './parts/plot.js';
