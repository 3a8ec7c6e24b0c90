// SPDX-License-Identifier: Apache-2.0
// The view layer, for all pages: they import this file and nothing below vendor/.
//   html`<p class=${c}>${text}</p>`   what is put in becomes text, never markup
import { h } from '../vendor/preact.js';
import htm from '../vendor/htm.js';

export { h, render, Fragment, createContext, createRef } from '../vendor/preact.js';
export {
  useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useReducer, useContext, useId, useErrorBoundary,
} from '../vendor/hooks.js';
export const html = htm.bind(h);
