// SPDX-License-Identifier: Apache-2.0
// What is told to the forges. Those that were refused for good come first: they can be sent once more.
import { post } from '../lib/api.js';
import { gist } from '../lib/effect.js';
import { plural } from '../lib/format.js';
import { useGet } from '../lib/load.js';
import { Do, Empty, Filters, Loaded, Out, Page, Pager, Section, State, Table, Text, When } from '../lib/parts.js';
import { address, pick } from '../lib/query.js';
import { html } from '../lib/view.js';

const names = ['state', 'kind', 'forge', 'repository'];
const fields = (repositories) => [
  { name: 'repository', label: 'Repository', kind: 'search', hint: 'alias or id', options: repositories.map((r) => r.name) },
  { name: 'forge', label: 'Forge', kind: 'search', hint: 'its name', options: forgesOf(repositories) },
  { name: 'state', label: 'State', kind: 'words', words: ['pending', 'inflight', 'uncertain', 'sent', 'coalesced', 'dead'] },
  { name: 'kind', label: 'Kind', kind: 'words', words: ['status', 'check', 'issue', 'comment', 'label', 'pull', 'merge', 'dispatch', 'event'] },
];
const forgesOf = (repositories) => [...new Set(repositories.map((r) => r.forge))];
const DEAD_SHOWN = 20;
const told = new Set(['sent', 'coalesced']); // what went wrong before is over
const isOurs = (row) => row.kind === 'effect';

function What({ effect, quiet }) {
  const { what, says } = gist(effect);
  return html`<${Text} of=${what} max=${120} />${says && html`<span class="under"><${Text} of=${says} max=${160} /></span>`}
    ${!quiet && effect.last_error && !told.has(effect.state) && html`<span class="under tone-${effect.state === 'dead' ? 'bad' : 'warn'} went-wrong"><${Text} of=${effect.last_error} max=${240} /></span>`}`;
}

function Where({ effect }) {
  const text = html`<${Text} of=${`${effect.forge}:${effect.repository}`} max=${80} />`;
  return effect.remote_url ? html`<${Out} href=${effect.remote_url}>${text}</${Out}>` : text;
}

function Redrive({ effect, reload }) {
  return html`<${Do} label="Re-drive" icon="again" scope="run" does=${() => post(`effects/${effect.id}/redrive`).then(reload)}
    done="It waits to be sent once more, under the same key" />`;
}

const state = { head: 'State', cell: (x) => html`<${State} of=${x.state} />` };
const kind = { head: 'Kind', kind: 'low', cell: (x) => x.kind };
const what = { head: 'What', kind: 'main', cell: (x) => html`<${What} effect=${x} />` };
const whatAlone = { ...what, cell: (x) => html`<${What} effect=${x} quiet />` };
const where = { head: 'Where', cell: (x) => html`<${Where} effect=${x} />` };
const error = { head: 'Last error', kind: 'reason', cell: (x) => (x.last_error ? html`<${Text} of=${x.last_error} max=${240} />` : null) };
const tries = { head: 'Tries', kind: 'num', cell: (x) => x.tries };
const when = { head: 'When', kind: 'num', cell: (x) => html`<${When} at=${x.settled_at ?? x.created_at} />
  ${!x.settled_at && x.not_before && html`<span class="under">next try <${When} at=${x.not_before} /></span>`}` };
const again = (reload) => ({ head: 'Again', kind: 'act', cell: (x) => (x.state === 'dead' ? html`<${Redrive} effect=${x} reload=${reload} />` : null) });
const toRun = (x) => (x.run ? `/runs/${x.run}` : null);

// The oldest first: a newer word of the same would keep those before it from being said.
async function redriveAll(effects) {
  let sent = 0;
  const refused = [];
  for (const x of [...effects].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    try {
      await post(`effects/${x.id}/redrive`);
      sent++;
    } catch (e) {
      if (e.status !== 409) throw e;
      refused.push(e.detail ?? e.title);
    }
  }
  if (!sent && refused.length) throw new Error(refused[0]);
  return { sent, refused };
}

function outcome({ sent, refused }) {
  const went = `${plural(sent, 'effect')} ${sent === 1 ? 'waits' : 'wait'} to be sent once more`;
  return refused.length ? `${went}; ${refused.length} not: ${refused[0]}` : went;
}

function Dead({ from }) {
  const { data, reload } = from;
  if (!data?.effects.length) return null;
  const all = data.effects;
  return html`<${Section} title="Refused for good" actions=${all.length > 1 && html`<${Do} label=${`Re-drive these ${all.length}`} icon="again" scope="run"
      confirm=${{ title: `Send ${plural(all.length, 'effect')} once more?`, yes: 'Re-drive', text: 'Each keeps its key, so nothing is said twice. Where a newer word of the same was sent since, that one stays.' }}
      does=${() => redriveAll(all).finally(reload)} done=${outcome} />`}>
    <p class="dim">A forge will never take these as things are. Mend the cause there (a permission, a repository that is gone), then re-drive them.</p>
    <${Table} name="Dead effects" rows=${all} id=${(x) => x.id} href=${toRun} columns=${[whatAlone, kind, where, error, tries, when, again(reload)]} />
    ${data.next && html`<p><a href="/effects?state=dead">All that are dead</a></p>`}
  </${Section}>`;
}

function Nothing({ filtered }) {
  return filtered
    ? html`<${Empty} title="No effect fits these filters" icon="search">Take one of them away, or look at <a href="/effects">all effects</a>.</${Empty}>`
    : html`<${Empty} title="Nothing was told to a forge yet" icon="effect">The first run of a connected repository posts its status. See <a href="/runs">runs</a>.</${Empty}>`;
}

export default function Effects({ query }) {
  const filtered = names.some((n) => query[n]);
  const plain = !filtered && !query.cursor;
  const effects = useGet(address('effects', { ...pick(query, [...names, 'cursor']), limit: 50 }), { live: isOurs, keep: true });
  const dead = useGet(plain ? `effects?state=dead&limit=${DEAD_SHOWN}` : null, { live: isOurs });
  const repositories = useGet('repositories');
  const list = (d) => html`<${Table} name="Effects" rows=${d.effects} id=${(x) => x.id} href=${toRun}
    columns=${[state, what, kind, where, tries, when, again(effects.reload)]} /><${Pager} next=${d.next} />`;
  return html`<${Page} title="Effects" sub="Statuses, check runs, comments, issues: what is told to the forges">
    <${Filters} fields=${fields(repositories.data?.repositories ?? [])} />
    ${plain && html`<${Dead} from=${dead} />`}
    <${Loaded} from=${effects} rows=${10} empty=${(d) => d.effects.length === 0 && !d.next && html`<${Nothing} filtered=${filtered} />`}>
      ${(d) => (plain && dead.data?.effects.length ? html`<${Section} title="All">${list(d)}</${Section}>` : list(d))}
    </${Loaded}>
  </${Page}>`;
}
