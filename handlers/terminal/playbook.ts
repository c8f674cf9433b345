import type { PlaybookShelf, ShelvedPlaybook } from '../../playbooks/playbook-shelf.ts';
import { DEFAULT_PLAYBOOK } from '../../playbooks/playbook-use.ts';
import { safeText } from '../../src/report/safe-text.ts';
import { padColumns } from '../../src/report/text-layout.ts';
import { type FixtureContext, testFixture } from '../../src/workflows/playbook-test.ts';
import { CheckLines, counted } from './check-lines.ts';
import { EXIT } from './context.ts';

/** What the playbook commands need. */
export interface PlaybookContext extends FixtureContext {
  write(text: string): void;
  writeError(text: string): void;
  /** All playbooks; with a place (folder or file) the shipped ones and those at that place only. */
  shelf(place: string | undefined): Promise<PlaybookShelf>;
}

export interface PlaybookOptions {
  /** Folder or file to look at, instead of all there are. */
  readonly place?: string;
}

/** `staunch playbook list`: every playbook that can be used, and where it is from. */
export async function playbookList(context: PlaybookContext): Promise<number> {
  const shelf = await context.shelf(undefined);
  const all = [...shelf.playbooks.values()];
  const width = Math.max(...all.map(({ playbook }) => playbook.id.length)) + 2;
  for (const { playbook, fileName, origin } of all) {
    const usual = playbook.id === DEFAULT_PLAYBOOK ? ', the usual one' : '';
    context.write(`${padColumns(playbook.id, width)}${playbook.title} (${origin}: ${fileName}${usual})\n`);
  }
  if (shelf.problems.length === 0) return EXIT.fine;
  context.writeError(
    `${counted(shelf.problems.length, 'problem')} in playbooks: "staunch playbook check" names them.\n`,
  );
  return EXIT.usage;
}

/** `staunch playbook check`: every file's problems, with file, line, and what to write instead. */
export async function playbookCheck(options: PlaybookOptions, context: PlaybookContext): Promise<number> {
  const shelf = await context.shelf(options.place);
  const lines = new CheckLines(context.write);
  for (const { playbook, fileName } of lookedAt(shelf, options))
    lines.ok(
      `${fileName}: ${playbook.id}, ${counted(playbook.hypotheses.length, 'built-in cause')}, ${counted(playbook.causes?.length ?? 0, 'cause')} of its own, ${counted(playbook.steps.length, 'step')}, ${counted(playbook.fixtures?.length ?? 0, 'fixture')}`,
    );
  for (const problem of shelf.problems) lines.wrong(safeText(problem, 1_000), EXIT.usage);
  return lines.worst === EXIT.fine ? nothingFound(shelf, options, context) : lines.worst;
}

/** `staunch playbook test`: diagnoses the bundles of the fixtures and walks through the steps. */
export async function playbookTest(options: PlaybookOptions, context: PlaybookContext): Promise<number> {
  const shelf = await context.shelf(options.place);
  const lines = new CheckLines(context.write);
  for (const problem of shelf.problems) lines.wrong(safeText(problem, 1_000), EXIT.usage);
  for (const shelved of lookedAt(shelf, options)) await testOne(shelved, lines, context);
  return lines.worst === EXIT.fine ? nothingFound(shelf, options, context) : lines.worst;
}

async function testOne(
  { playbook, fileName, folder }: ShelvedPlaybook,
  lines: CheckLines,
  context: PlaybookContext,
): Promise<void> {
  const fixtures = playbook.fixtures ?? [];
  if (fixtures.length === 0)
    lines.note(
      `${fileName}: ${playbook.id} has no fixtures, so nobody knows whether it finds what it looks for`,
    );
  for (const fixture of fixtures) {
    const result = await testFixture(playbook, fixture, {
      ...context,
      readBundle: bundle => context.readBundle(isAbsolute(bundle) ? bundle : `${folder}/${bundle}`),
    });
    const named = `${fileName}: ${fixture.bundle}`;
    if (result.differences.length === 0) lines.ok(`${named}: ${result.outcome}`);
    for (const difference of result.differences) lines.wrong(`${named}: ${difference}`, EXIT.failed);
  }
}

const isAbsolute = (path: string) => /^(?:\/|[A-Za-z]:[\\/])/.test(path);

function lookedAt(shelf: PlaybookShelf, { place }: PlaybookOptions): readonly ShelvedPlaybook[] {
  return [...shelf.playbooks.values()].filter(({ origin }) => place === undefined || origin === 'own');
}

function nothingFound(shelf: PlaybookShelf, options: PlaybookOptions, context: PlaybookContext): number {
  if (lookedAt(shelf, options).length > 0) return EXIT.fine;
  context.writeError(`${options.place}: there is no playbook: expected files that end in .yml or .yaml\n`);
  return EXIT.usage;
}
