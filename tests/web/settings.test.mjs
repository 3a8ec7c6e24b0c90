// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseName, groupsOf, placeOf, remarksOf, sourceOf } from '../../server/dash/web/lib/settings.js';

const row = (path, more = {}) => ({ path, value: null, from: 'default', line: null, secret: null, restart: false, pending: false, doc: '', ...more });

test('a path is a name in a section', () => {
  assert.deepEqual(placeOf('limits.body'), { section: 'limits', name: 'body' });
  assert.deepEqual(placeOf('listen[0].http'), { section: 'listen', name: '[0].http' });
  assert.deepEqual(placeOf('forges.a.b'), { section: 'forges', name: 'a.b' });
  assert.deepEqual(placeOf('slots'), { section: 'server', name: 'slots' });
});

test('groups have what the words and the choice want', () => {
  const all = [row('listen[0].http', { value: '127.0.0.1:80', line: 2, pending: true }), row('slots', { line: 3, value: '4' }),
    row('limits.body', { value: '26MiB', doc: 'largest JSON body' })];
  const names = (want) => groupsOf(all, want).flatMap((g) => g.rows.map((s) => s.path));
  assert.deepEqual(groupsOf(all).map((g) => g.name), ['server', 'listen', 'limits']);
  assert.deepEqual(names({ text: 'JSON largest' }), ['limits.body']);
  assert.deepEqual(names({ text: '26mib' }), ['limits.body']);
  assert.deepEqual(names({ show: 'said' }), ['slots', 'listen[0].http']);
  assert.deepEqual(names({ show: 'restart' }), ['listen[0].http']);
  assert.deepEqual(names({ text: 'nothing like it' }), []);
});

test('a source is a line of the file, or what holds without one', () => {
  assert.equal(sourceOf(row('a', { line: 7, from: 'file' }), 'fettle.yaml'), 'fettle.yaml:7');
  assert.equal(sourceOf(row('a', { line: 7, from: 'environment' }), 'f'), 'f:7, environment');
  assert.equal(sourceOf(row('a')), 'default');
  assert.equal(sourceOf(row('a', { from: 'machine' })), 'this machine');
  assert.equal(baseName('/etc/fettle/fettle.yaml'), 'fettle.yaml');
  assert.equal(baseName(undefined), '');
});

test('what a person should know is said, the worst alone where it makes others moot', () => {
  const kinds = (d) => remarksOf({ settings: [], files: [], load: { in_force: true, problems: [] }, ...d }).map((r) => r.kind);
  assert.deepEqual(kinds({}), []);
  assert.deepEqual(kinds({ load: { in_force: false, problems: [{ level: 'error' }] } }), ['refused']);
  assert.deepEqual(kinds({ load: { in_force: true, problems: [{ level: 'error' }, { level: 'warning' }] } }), ['left']);
  assert.deepEqual(kinds({ load: { in_force: true, problems: [{ level: 'warning' }] } }), ['problems']);
  assert.deepEqual(kinds({ load: null, settings: [row('a', { pending: true }), row('b', { secret: 'unreadable' })], files: [{ file: 'x', changed: true }] }),
    ['unreadable', 'changed', 'pending']);
});
