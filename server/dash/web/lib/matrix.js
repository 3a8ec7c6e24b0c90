// SPDX-License-Identifier: Apache-2.0
// Repositories by workflows, and what depends on what. Pure: tested by tests/web.
const BAD = new Set(['failure', 'error', 'timed_out']);

export function endOf(run) {
  return run.conclusion ?? run.state;
}

// Columns: those of most repositories first, then by name.
export function workflowsOf(repositories) {
  const n = new Map();
  for (const r of repositories) for (const run of r.runs) n.set(run.workflow, (n.get(run.workflow) ?? 0) + 1);
  return [...n.keys()].sort((a, b) => n.get(b) - n.get(a) || a.localeCompare(b));
}

export function cell(repository, workflow) {
  return repository.runs.find((run) => run.workflow === workflow) ?? null;
}

// One word for a repository: what is worst of its newest runs; null = it has none.
export function worst(repository) {
  const ends = repository.runs.map(endOf);
  return ends.find((e) => BAD.has(e)) ?? ends.find((e) => e === 'running') ?? ends.find((e) => e === 'waiting' || e === 'ready')
    ?? ends.find((e) => e === 'success') ?? ends[0] ?? null;
}

export function isBad(repository) {
  return repository.runs.some((run) => BAD.has(endOf(run)));
}

// Those whose name, id or workflow has the text; of: "bad" leaves those where something failed.
export function fit(repositories, { q, show }) {
  const text = (q ?? '').toLowerCase();
  return repositories.filter((r) => (show !== 'bad' || isBad(r))
    && (!text || r.name.toLowerCase().includes(text) || r.id.toLowerCase().includes(text) || r.runs.some((run) => run.workflow.toLowerCase().includes(text))));
}

// What a change of a repository concerns, in words for those who see no lines.
export function dependenciesOf(graph, name) {
  return graph.edges.filter((e) => e.to === name).map((e) => e.from);
}
