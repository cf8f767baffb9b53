// Roles and directives of the book for mystmd: each call is kept as it stands in the source, and
// filled by the code that fills it for Sphinx (role_and_directive_filling.py).
import { readFileSync } from 'node:fs';

const known = JSON.parse(readFileSync(new URL('role_and_directive_calls.json', import.meta.url), 'utf8'));
const text = { type: String };

const directives = Object.entries(known.directives).map(([name, { argument, options, body }]) => ({
  name,
  ...(argument ? { arg: text } : {}),
  options: Object.fromEntries(options.map((option) => [option, text])),
  ...(body ? { body: text } : {}),
  run: (data) => [
    {
      type: 'bookCall',
      kind: 'directive',
      name,
      argument: data.arg ?? '',
      options: data.options ?? {},
      body: data.body ?? '',
      line: data.node.position?.start.line ?? null,
    },
  ],
}));

const roles = known.roles.map((name) => ({
  name,
  body: { type: String, required: true },
  run: (data) => [
    { type: 'bookCall', kind: 'role', name, body: data.body, line: data.node.position?.start.line ?? null },
  ],
}));

// A link that leaves the book stays as it is: the engine would ask the web about some of them.
const outsideLinks = {
  name: 'outside-links',
  stage: 'document',
  plugin: (_, utils) => (tree) => {
    for (const node of utils.selectAll('link', tree)) {
      if (/^[a-z][a-z0-9+.-]*:/i.test(node.url)) node.type = 'outsideLink';
    }
  },
};

export default {
  name: 'Roles and directives of the book',
  directives,
  roles,
  transforms: [outsideLinks],
};
