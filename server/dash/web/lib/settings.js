// SPDX-License-Identifier: Apache-2.0
// Settings in groups, and what is to be said of them. Pure, no DOM: tested by tests/web.
const other = 'server';

// "limits.body" is body of limits, "listen[0].http" [0].http of listen; what stands alone is the server's.
export function placeOf(path) {
  const m = /^([^.[]+)(?:\.|(?=\[))(.+)$/.exec(path);
  return m ? { section: m[1], name: m[2] } : { section: other, name: path };
}

const fits = (s, words) => words.every((w) => `${s.path} ${s.value ?? ''} ${s.doc} ${s.from}`.toLowerCase().includes(w));

// [{name, rows}] in the order of the tables; the server's own first. text: words that must all be there; show: 'all',
// 'said' (by the file or the environment), 'restart' (what a restart has yet to change).
export function groupsOf(settings, { text = '', show = 'all' } = {}) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map([[other, []]]);
  for (const s of settings) {
    const wanted = show === 'said' ? s.line !== null : show === 'restart' ? s.pending : true;
    if (!wanted || !fits(s, words)) continue;
    const { section, name } = placeOf(s.path);
    if (!groups.has(section)) groups.set(section, []);
    groups.get(section).push({ ...s, name });
  }
  return [...groups.entries()].filter(([, rows]) => rows.length).map(([name, rows]) => ({ name, rows }));
}

// Where it comes from: "fettle.yaml:12".
export function sourceOf(s, file) {
  if (s.line === null) return { default: 'default', machine: 'this machine' }[s.from] ?? s.from;
  return `${file}:${s.line}${s.from === 'environment' ? ', environment' : ''}`;
}

export function baseName(path) {
  return path ? path.slice(path.lastIndexOf('/') + 1) : '';
}

// What a person should know before all else: [{tone, kind, …}].
export function remarksOf(d) {
  const all = [];
  const pending = d.settings.filter((s) => s.pending), lost = d.settings.filter((s) => s.secret === 'unreadable');
  const changed = d.files.filter((f) => f.changed), wrong = (d.load?.problems ?? []).filter((p) => p.level === 'error').length;
  if (d.load && !d.load.in_force) all.push({ tone: 'bad', kind: 'refused' });
  else if (wrong) all.push({ tone: 'bad', kind: 'left', n: wrong });
  else if (d.load?.problems.length) all.push({ tone: 'warn', kind: 'problems', n: d.load.problems.length });
  if (lost.length) all.push({ tone: 'bad', kind: 'unreadable', names: lost.map((s) => s.path) });
  if (changed.length) all.push({ tone: 'warn', kind: 'changed', names: changed.map((f) => baseName(f.file)) });
  if (pending.length) all.push({ tone: 'warn', kind: 'pending', names: pending.map((s) => s.path) });
  return all;
}
