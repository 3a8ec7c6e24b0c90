// SPDX-License-Identifier: Apache-2.0
// A log to read, as it grows. It is asked for by offset, so that nothing is missing and nothing comes twice, also when
// the server was away; and only the lines that are seen are laid out, so that a hundred thousand of them scroll. What
// lines are says lib/loglines.js, what their colours are lib/ansi.js.
import { classesOf, coloursOf, readLine } from '../ansi.js';
import { getBytes } from '../api.js';
import { count } from '../format.js';
import { LogLines, commandOf, cutOf, hashOf, highlight, nextOf, previousOf, search, topOf, windowOf } from '../loglines.js';
import { replace } from '../nav.js';
import { Button, Failed, Icon, say } from '../parts.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from '../view.js';
import { letters } from './pictures.js';

// ---- what comes ----

const PIECE = 1 << 20; // what the API gives at once
const FAST_MS = 700, SLOW_MS = 3000, AWAY_MS = 2000;

const rest = (ms, signal) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    done();
  });
});

// One piece; how many bytes came, or -1 when there is no log (yet).
async function take(id, log, signal) {
  try {
    const { bytes } = await getBytes(`attempts/${id}/log?offset=${log.offset}`, { signal });
    if (!signal.aborted) log.append(bytes);
    return bytes.length;
  } catch (e) {
    if (e.status === 404) return -1;
    throw e;
  }
}

// grows(): whether the attempt still writes. It is asked before the last read, so that what came in between is read.
async function follow(id, log, { grows, signal, tell }) {
  let quiet = 0;
  while (!signal.aborted) {
    const open = grows();
    try {
      const n = await take(id, log, signal);
      if (signal.aborted) return;
      tell({ busy: n === PIECE, problem: null, none: n < 0 && !open });
      if (n === PIECE) continue;
      if (!open || log.full) return;
      quiet = n > 0 ? 0 : quiet + 1;
      await rest(document.hidden ? SLOW_MS : Math.min(SLOW_MS, FAST_MS * (1 + quiet / 4)), signal);
    } catch (problem) {
      if (signal.aborted) return;
      tell({ busy: false, problem, none: false });
      if (problem.status && problem.status < 500) return;
      await rest(AWAY_MS, signal);
    }
  }
}

// {log, busy, problem, none, n}; renders again whenever something came. What is
// over and wrote nothing has no log to ask for.
function useLog({ id, state, log_bytes }, live) {
  const [got, set] = useState({ log: new LogLines(), busy: true, n: 0 });
  const growing = useRef(live);
  growing.current = live;
  useEffect(() => {
    const log = new LogLines(), stop = new AbortController(), none = state === 'exited' && !log_bytes;
    set({ log, busy: !none, none, n: 0 });
    const tell = (news) => set((g) => ({ ...news, log, n: g.n + 1 }));
    if (!none) follow(id, log, { grows: () => growing.current, signal: stop.signal, tell });
    return () => stop.abort();
  }, [id]);
  return got;
}

// ---- a line ----

const ROW = 20; // px, where letters are not larger
const CUT = 2000, MORE = 16; // characters of a line at first, and how many times more with each wish
const NEAR = 40; // px from the end that still count as the end
const HIGHEST = 640;

const LEVELS = { error: 'bad', warning: 'warn', notice: 'busy', debug: 'dull' };

function Span({ span }) {
  const name = [classesOf(span.style), span.mark ? 'a-mark' : '', span.hit ? 'a-hit' : ''].filter(Boolean).join(' ');
  const colours = coloursOf(span.style);
  return name || colours ? html`<span class=${name} style=${colours ?? undefined}>${span.text}</span>` : span.text;
}

function Line({ view, line, row }) {
  const { log, wanted, chosen } = view, most = view.long.get(line) ?? CUT, long = most > CUT;
  const { text, more } = cutOf(log.lines[line], most), command = commandOf(text), el = useRef(null);
  const spans = highlight(readLine(command ? command.text : text, log.styleOf(line)).spans, wanted);
  useLayoutEffect(() => {
    if (long) view.measure(row, el.current.offsetHeight);
  }, [long, more, view.width]);
  const closed = command?.name === 'group' ? log.folded.has(line) : null;
  const names = ['log-line', long && 'long', view.at === line && 'found', LEVELS[command?.name] && `log-${LEVELS[command.name]}`,
    chosen && line + 1 >= chosen.from && line + 1 <= chosen.to && 'chosen'];
  return html`<div ref=${el} class=${names.filter(Boolean).join(' ')}>
    <a class="log-no" href=${hashOf(view.step, line + 1)} tabindex="-1" aria-label="Line ${line + 1}" onClick=${(e) => view.choose(e, line + 1)}>${line + 1}</a>
    <span class="log-text">${closed !== null && html`<button type="button" class="log-fold" aria-expanded=${!closed} aria-label="Group"
      onClick=${() => view.fold(line)}><${Icon} name=${closed ? 'right' : 'down'} /></button>`}
      ${command?.name === 'endgroup' ? '' : spans.map((s, i) => html`<${Span} key=${i} span=${s} />`)}
</span>
    ${more > 0 && html`<button type="button" class="log-more" onClick=${() => view.more(line, most * MORE)}>show more (${count(more)} characters)</button>`}
  </div>`;
}

// ---- the tools above ----

function Search({ view }) {
  const { found, wanted } = view, at = view.at === null ? -1 : found.indexOf(view.at);
  const press = (e) => {
    if (e.key !== 'Enter') return;
    e.preventDefault();
    view.next(e.shiftKey ? previousOf : nextOf);
  };
  return html`<div class="log-search"><label><span class="unseen">Search this log</span>
    <input type="search" placeholder="Search the log" value=${wanted} onInput=${(e) => view.put({ wanted: e.target.value, at: null })}
      onKeyDown=${press} autocomplete="off" spellcheck=${false} data-search /></label>
    <${Button} icon="up" label="Previous find" disabled=${!found.length} onClick=${() => view.next(previousOf)} />
    <${Button} icon="down" label="Next find" disabled=${!found.length} onClick=${() => view.next(nextOf)} />
    <span class="log-count" role="status">${wanted && (found.length ? `${at >= 0 ? `${count(at + 1)} of ` : ''}${count(found.length)}` : 'nothing')}</span></div>`;
}

async function copy(log) {
  try {
    await navigator.clipboard.writeText(log.whole());
    say(`${count(log.lines.length)} lines are copied`);
  } catch {
    say('The browser does not let pages copy here: save it instead', 'bad');
  }
}

export function saveAs(blob, name) {
  const a = document.createElement('a');
  a.href = URL.createObjectURL(blob);
  a.download = name.replace(/[^\w.-]+/g, '_');
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 60000);
}

function Tools({ view, live, name }) {
  const { log } = view, all = log.folded.size === log.groups.length;
  const save = () => saveAs(new Blob([log.lines.join('\n'), '\n'], { type: 'text/plain' }), `${name}.log`);
  return html`<div class="log-tools"><${Search} view=${view} /><span class="grow"></span>
    ${log.groups.length > 0 && html`<${Button} onClick=${() => view.foldAll(!all)}>${all ? 'Unfold all' : 'Fold all'}</${Button}>`}
    ${live && html`<${Button} icon="down" pressed=${view.follows} onClick=${() => view.put({ follows: !view.follows })}>Follow</${Button}>`}
    <${Button} onClick=${() => copy(log)}>Copy</${Button}><${Button} icon="down" onClick=${save}>Save</${Button}></div>`;
}

// ---- the view ----

// Only what is new is searched; the line that was last may have been written on.
function useFound(log, wanted) {
  const kept = useRef({});
  if (kept.current.wanted !== wanted || kept.current.log !== log) kept.current = { wanted, lines: 0, found: [], log };
  const now = kept.current, from = Math.max(0, now.lines - 1);
  if (wanted && now.lines < log.lines.length) now.found = now.found.filter((x) => x < from).concat(search(log, wanted, from));
  now.lines = log.lines.length;
  return now.found;
}

// Its state, and what changes it. `box` is the element that scrolls. One that failed says at its end why.
function useView({ log, step, live, failed, place, box }) {
  const [state, change] = useState({ wanted: '', at: null, follows: (live || failed) && !place, scroll: 0, high: 400, width: 0, long: new Map(), extra: new Map(), row: Math.round(ROW * letters()) });
  const [chosen, choose] = useState(place);
  const found = useFound(log, state.wanted);
  useEffect(() => choose(place), [place]);
  const put = (news) => change((s) => ({ ...s, ...news }));
  const folds = (fn) => {
    fn();
    put({ extra: new Map(), long: new Map() });
  };
  const show = (line) => {
    log.reveal(line);
    put({ follows: false, goal: line });
  };
  return {
    ...state, log, step, chosen, found, put, show, box,
    next: (way) => {
      if (!found.length) return;
      const line = found[way(found, state.at ?? (way === nextOf ? -1 : Infinity))];
      put({ at: line });
      show(line);
    },
    fold: (line) => folds(() => (log.folded.has(line) ? log.unfold(line) : log.fold(line))),
    foldAll: (yes) => folds(() => (yes ? log.foldAll() : log.unfoldAll())),
    more: (line, most) => put({ long: new Map(state.long).set(line, most) }),
    measure: (at, px) => change((s) => (s.extra.get(at) === px - s.row ? s : { ...s, extra: new Map(s.extra).set(at, px - s.row) })),
    choose: (e, line) => {
      e.preventDefault();
      const other = e.shiftKey && chosen ? chosen.from : line;
      const to = { step, from: Math.min(other, line), to: Math.max(other, line) };
      choose(to);
      replace(window.location.pathname + window.location.search + hashOf(step, to.from, to.to));
    },
  };
}

// Where it stands: at the end while it follows, else where it was put, or scrolled to by hand.
function useScrolling(view, { n, live, place }) {
  const { box, log } = view, shown = useRef(null), there = log.lines.length > 0;
  useEffect(() => {
    if (!place?.from || shown.current === place || log.lines.length < place.from) return;
    shown.current = place;
    view.show(place.from - 1);
    box.current.closest('.step')?.scrollIntoView();
  }, [place, n]);
  useLayoutEffect(() => {
    if (box.current && view.follows) box.current.scrollTop = box.current.scrollHeight;
  }, [view.follows, n]);
  useLayoutEffect(() => {
    if (!box.current || view.goal === undefined) return;
    box.current.scrollTop = Math.max(0, topOf(log.rowOf(view.goal), view.row, view.extra) - box.current.clientHeight / 3);
    view.put({ goal: undefined, scroll: box.current.scrollTop });
  }, [view.goal, there]);
  useEffect(() => {
    const el = box.current;
    if (!el) return undefined;
    const sized = new ResizeObserver(() => view.put({ high: el.clientHeight, width: el.clientWidth }));
    sized.observe(el);
    return () => sized.disconnect();
  }, [there]);
  return () => {
    const el = box.current, end = el.scrollTop + el.clientHeight >= el.scrollHeight - NEAR;
    view.put({ scroll: el.scrollTop, follows: live && end });
  };
}

function Lines({ view }) {
  const { log } = view, rows = log.shown(), total = rows?.length ?? log.lines.length;
  const w = windowOf({ count: total, height: view.row, extra: view.extra, scrollTop: view.scroll, view: view.high });
  const seen = Array.from({ length: w.last - w.first }, (_, i) => w.first + i);
  return html`<div class="log-space" style=${{ height: `${w.total}px` }}><div class="log-rows" style=${{ top: `${w.top}px` }}>
    ${seen.map((row) => html`<${Line} key=${rows ? rows[row] : row} view=${view} line=${rows ? rows[row] : row} row=${row} />`)}</div></div>`;
}

export function Log({ attempt, step, name, live, place }) {
  const { log, busy, problem, none, n } = useLog(attempt, live);
  const box = useRef(null);
  const view = useView({ log, step, live, failed: Boolean(attempt.class), place, box });
  const scrolled = useScrolling(view, { n, live, place });
  const lines = log.lines.length;
  if (none || (!lines && !live && !busy && !problem)) return html`<p class="dim">It has written nothing.</p>`;
  const high = Math.min(HIGHEST * letters(), view.row * Math.max(2, log.shown()?.length ?? lines) + 18);
  return html`<div class="log" style=${{ '--log-row': `${view.row}px` }}><${Tools} view=${view} live=${live} name=${name} />
    ${problem && problem.status !== 0 && html`<${Failed} problem=${problem} />`}
    <div ref=${box} class="log-view" tabindex="0" role="group" aria-label="Log of ${name}" onScroll=${scrolled} style=${{ height: `${high}px` }}>
      <${Lines} view=${view} /></div>
    <p class="log-foot dim">${count(lines)} ${lines === 1 ? 'line' : 'lines'}${log.full ? '; there are more, too many for a page: fettle runs logs' : ''}${live ? ', and it goes on' : ''}</p>
  </div>`;
}
