/**
 * A page that stands alone: nothing of it is fetched, nothing of it is executed, and it reads the same in light, in dark and on
 * paper. Its style is allowed by its digest, so that no other may be put into it.
 */
import { createHash } from 'node:crypto';
import { html } from 'ghtml';
import { STYLE } from './style.js';

const digest = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;

/** @param title harmless, but not escaped */
export const pageHead = (title: string): string =>
  `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${html`${title}`}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
`;

export const PAGE_END = '</main>\n</body>\n</html>\n';

/** Rows of names and values. */
export const factsTable = (rows: string[][]): string =>
  `<table class="facts"><tbody>${rows
    .map(([name = '', value = '']) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)
    .join('\n')}</tbody></table>\n`;

export const tableHead = (head: string[]): string =>
  `<thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`).join('')}</tr></thead>`;

/** @param rows cells of texts */
export const plainTable = (head: string[], rows: string[][]): string =>
  `<table>${tableHead(head)}<tbody>${rows
    .map((cells) => `<tr>${cells.map((cell) => html`<td>${cell}</td>`).join('')}</tr>`)
    .join('\n')}</tbody></table>\n`;

/** @param content markup */
export const section = (id: string, title: string, content: string): string =>
  `<section id="${id}"><h2>${html`${title}`}</h2>\n${content}</section>\n`;

/** @param items markup */
export const list = (items: string[]): string =>
  items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${item}</li>`).join('\n')}</ul>\n`;

/** A state in its colour, which is not all that tells it. */
export const state = (text: string): string => html`<span class="state ${text.replace(/\W/g, '')}">${text}</span>`;
