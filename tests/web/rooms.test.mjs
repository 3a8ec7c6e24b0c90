// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gist } from '../../server/dash/web/lib/effect.js';
import { cell, dependenciesOf, fit, isBad, workflowsOf, worst } from '../../server/dash/web/lib/matrix.js';
import { oldest, reasonOf } from '../../server/dash/web/lib/waits.js';

const run = (workflow, conclusion, state = 'done') => ({ run: 'R', workflow, conclusion, state });
const repo = (name, ...runs) => ({ name, id: `github:acme/${name}`, runs });
const all = [repo('api', run('ci', 'success'), run('docs', null, 'running')), repo('web', run('ci', 'timed_out')), repo('empty')];

test('the matrix has the workflows of most repositories first', () => {
  assert.deepEqual(workflowsOf(all), ['ci', 'docs']);
  assert.equal(cell(all[0], 'docs').state, 'running');
  assert.equal(cell(all[1], 'docs'), null);
});

test('a repository is as its worst run is', () => {
  assert.deepEqual(all.map(worst), ['running', 'timed_out', null]);
  assert.deepEqual(all.map(isBad), [false, true, false]);
  assert.equal(worst(repo('x', run('a', 'skipped'), run('b', 'success'))), 'success');
});

test('it is found by its name, its id and its workflows', () => {
  const names = (query) => fit(all, query).map((r) => r.name);
  assert.deepEqual(names({}), ['api', 'web', 'empty']);
  assert.deepEqual(names({ q: 'DOC' }), ['api']);
  assert.deepEqual(names({ q: 'acme/web' }), ['web']);
  assert.deepEqual(names({ show: 'bad' }), ['web']);
});

test('what a repository depends on is said in words too', () => {
  assert.deepEqual(dependenciesOf({ edges: [{ from: 'a', to: 'b' }, { from: 'c', to: 'b' }] }, 'b'), ['a', 'c']);
});

test('an effect says what it is, once', () => {
  assert.deepEqual(gist({ kind: 'status', body: { context: 'fettle/ci', state: 'queued', description: 'queued', sha: 'a'.repeat(40) } }),
    { what: 'fettle/ci', says: 'queued · aaaaaaaaaa' });
  assert.deepEqual(gist({ kind: 'label', body: { number: 7, add: ['a', 'b'], remove: [] } }), { what: 'labels of #7', says: 'adds a, b' });
  assert.deepEqual(gist({ kind: 'dispatch', body: null }), { what: 'dispatch', says: '' });
  assert.deepEqual(gist({ kind: 'new', body: { x: 1 } }), { what: 'new', says: '' });
});

test('why something waits is said without the time, which stands beside it', () => {
  assert.equal(reasonOf('waits for a slot: 3 of 3 are busy; expected about 2026-11-30T17:42:22.271Z'), 'a slot: 3 of 3 are busy');
  assert.equal(reasonOf('waits for the lock "x", which run R (d), job s, holds, until about 2026-11-30T17:42:22.271Z'),
    'the lock "x", which run R (d), job s, holds');
  assert.equal(reasonOf('runs the step'), 'runs the step');
  assert.equal(reasonOf(null), '');
  assert.equal(oldest([{ ready_at: 'b' }, { ready_at: null }, { ready_at: 'a' }]), 'a');
  assert.equal(oldest([]), null);
});
