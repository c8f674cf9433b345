import type { Fixture, Playbook } from '../../playbooks/playbook.ts';
import { hypothesesOf, ownCauseId, ownCausesOf, readingPlanOf } from '../../playbooks/playbook-use.ts';
import { diagnose } from '../diagnosis/diagnosis.ts';
import { walkOf } from '../guidance/walk.ts';
import type { DiagnosisDocument } from '../report/diagnosis-document.ts';
import { outlineOf } from '../report/diagnosis-outline.ts';
import { documentOf } from '../report/diagnosis-writer.ts';
import { type BundledServer, caseOfBundle } from './bundle-diagnosis.ts';
import type { Pause } from './ports.ts';

/** What a fixture came to. */
export interface FixtureResult {
  readonly bundle: string;
  /** What came out, in one line. */
  readonly outcome: string;
  /** What the fixture expects and did not get; empty when all is well. */
  readonly differences: readonly string[];
}

export interface FixtureContext {
  readBundle(
    bundle: string,
  ): Promise<
    | { readonly ok: true; readonly folders: readonly BundledServer[] }
    | { readonly ok: false; readonly problem: string }
  >;
  readonly pause: Pause;
}

/** Diagnoses a fixture's bundle by the playbook and walks through its steps, as a person would. */
export async function testFixture(
  playbook: Playbook,
  fixture: Fixture,
  { readBundle, pause }: FixtureContext,
): Promise<FixtureResult> {
  const { bundle } = fixture;
  const failed = (problem: string): FixtureResult => ({ bundle, outcome: '', differences: [problem] });
  const read = await readBundle(bundle);
  if (!read.ok) return failed(read.problem);
  const answer = await caseOfBundle(
    {
      folders: read.folders,
      plan: readingPlanOf(playbook),
      ...(fixture.unit !== undefined && { unit: fixture.unit }),
    },
    pause,
  );
  if (!answer.ok) return failed(answer.problem);
  const { caseFile } = answer;
  const document = documentOf(diagnose(caseFile, hypothesesOf(playbook), ownCausesOf(playbook)));
  const walk = walkOf({ playbook, document, unit: caseFile.unit });
  const { leading } = outlineOf(document);
  return {
    bundle,
    outcome: `${document.verdict}${leading ? ` ${leading.id}` : ''}: ${walk.join(', ')}`,
    differences: differencesOf(playbook, fixture, document, leading?.id, walk),
  };
}

function differencesOf(
  playbook: Playbook,
  { verdict, cause, next }: Fixture,
  document: DiagnosisDocument,
  leading: string | undefined,
  walk: readonly string[],
): string[] {
  const isCause = cause === undefined || leading === cause || leading === ownCauseId(playbook, cause);
  return [
    ...(document.verdict === verdict ? [] : [`expected verdict ${verdict}, and it is ${document.verdict}`]),
    ...(isCause ? [] : [`expected cause ${cause}, and it is ${leading ?? 'not settled'}`]),
    ...(walk.join() === next.join()
      ? []
      : [`expected the steps ${next.join(', ')}, and they are ${walk.join(', ')}`]),
  ];
}
