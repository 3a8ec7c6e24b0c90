// SPDX-License-Identifier: Apache-2.0
// What an effect says, in a few words, from its body: {what, says}. Pure: tested by tests/web.
const short = (sha) => (typeof sha === 'string' ? sha.slice(0, 10) : '');
const list = (all) => (Array.isArray(all) ? all.join(', ') : '');
const at = (b) => (b.number ? `#${b.number}` : '');

const of = {
  status: (b) => ({ what: b.context, says: [b.state, b.description, short(b.sha)] }),
  check: (b) => ({ what: b.name, says: [b.state, b.title, short(b.sha)] }),
  issue: (b) => ({ what: b.title, says: [b.close ? 'closes it' : '', list(b.labels)] }),
  comment: (b) => ({ what: b.remove ? 'comment removed' : 'comment', says: [at(b), (b.body ?? '').split('\n')[0]] }),
  label: (b) => ({ what: `labels of ${at(b) || 'a thread'}`, says: [list(b.add) && `adds ${list(b.add)}`, list(b.remove) && `removes ${list(b.remove)}`] }),
  pull: (b) => ({ what: b.title, says: [b.head && b.base ? `${b.head} into ${b.base}` : ''] }),
  merge: (b) => ({ what: `merge of ${at(b) || 'a change'}`, says: [b.method, short(b.sha)] }),
  dispatch: (b) => ({ what: b.workflow ?? b.event ?? 'dispatch', says: [b.ref] }),
  event: (b) => ({ what: b.event, says: [b.made_up ? 'in place of a delivery that never came' : ''] }),
};

export function gist({ kind, body, key }) {
  const b = body && typeof body === 'object' ? body : {};
  const { what, says } = of[kind]?.(b) ?? {};
  return { what: what || kind || key, says: [...new Set((says ?? []).filter((s) => typeof s === 'string' && s))].join(' · ') };
}
