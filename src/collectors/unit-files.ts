import { type Collector, SHORT } from './collector.ts';

/** The unit's files and drop-ins as text. Gunicorn's settings are read from them too. */
export const unitFiles: Collector = {
  id: 'unit-files',
  source: 'unit-files',
  holds: name => /^systemctl-cat-(?!nginx).*\.txt$/.test(name),
  questions: ({ unit, runsApp }) =>
    !runsApp
      ? []
      : [
          {
            verb: 'unit-files',
            args: [unit],
            limits: SHORT,
            name: `systemctl-cat-${unit.replace(/\.service$/, '')}.txt`,
          },
        ],
  *read(recordings, draft) {
    if (draft.runsApp && draft.readable('unit-files', recordings).length > 0)
      draft.cover('unit-files', 'read');
    yield;
  },
};
