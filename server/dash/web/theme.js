// SPDX-License-Identifier: Apache-2.0
// Before anything is drawn: light or dark, where the reader has chosen. No module, so that it runs first.
'use strict';
try {
  const chosen = localStorage.getItem('fettle-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // no storage: as the system has it
}
