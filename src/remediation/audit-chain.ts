import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './plan-digest.ts';

/** What an entry of the audit says, with its place in the chain. */
export interface ChainedEntry {
  /** 1 for the first. */
  readonly sequence: number;
  readonly atMs: number;
  readonly kind: string;
  readonly actor: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of the entry before; `CHAIN_START` for the first. */
  readonly previousHash: string;
}

/** An entry as it is stored, all of it text, so that whatever stands there can be looked at. */
export interface StoredEntry {
  readonly sequence: string;
  readonly atMs: string;
  readonly kind: string;
  readonly actor: string;
  readonly body: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** A head that was kept elsewhere. `hash` may be its beginning. */
export interface Anchor {
  readonly sequence: number;
  readonly hash: string;
}

/** The first entry that is not as it was written, and what is wrong with it. */
export interface ChainFault {
  readonly sequence: number;
  readonly problem: string;
}

export const CHAIN_START = '0'.repeat(64);

/**
 * SHA-256, as hex, of the hash before, a line end, and the canonical JSON of what the entry says. Throws a `TypeError`
 * when that has none.
 */
export function entryHash({ sequence, atMs, kind, actor, body, previousHash }: ChainedEntry): string {
  return sha256(`${previousHash}\n${canonicalJson({ sequence, atMs, kind, actor, body })}`);
}

/** Goes through a chain from its first entry on, in order, and stops at the first that is not as it was written. */
export class ChainCheck {
  readonly #anchors: readonly Anchor[];
  #sequence = 0;
  #hash = CHAIN_START;
  #fault: ChainFault | undefined;

  constructor(anchors: readonly Anchor[] = []) {
    this.#anchors = anchors;
  }

  /** How many entries were right. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Of the last entry that was right. */
  get hash(): string {
    return this.#hash;
  }

  get fault(): ChainFault | undefined {
    return this.#fault;
  }

  /** False once something is wrong: what follows then proves nothing. */
  add(entry: StoredEntry): boolean {
    if (this.#fault) return false;
    const sequence = this.#sequence + 1;
    const problem = problemOf(entry, sequence, this.#hash) ?? this.#againstAnchor(sequence, entry.hash);
    if (problem !== undefined) {
      this.#fault = { sequence, problem };
      return false;
    }
    this.#sequence = sequence;
    this.#hash = entry.hash;
    return true;
  }

  /**
   * After the last entry: whether there should be more.
   * @param counted how many were ever appended, as far as is known
   */
  end(counted: number): ChainFault | undefined {
    const promised = Math.max(counted, ...this.#anchors.map(({ sequence }) => sequence));
    if (!this.#fault && promised > this.#sequence)
      this.#fault = {
        sequence: this.#sequence + 1,
        problem: `it is missing: there were ${promised} entries, and ${this.#sequence} are left`,
      };
    return this.#fault;
  }

  #againstAnchor(sequence: number, hash: string): string | undefined {
    const anchor = this.#anchors.find(each => each.sequence === sequence && !hash.startsWith(each.hash));
    return (
      anchor &&
      `its hash ${hash} is not the one that was kept elsewhere (${anchor.hash}): it, or one before it, was written anew`
    );
  }
}

function problemOf(stored: StoredEntry, sequence: number, previousHash: string): string | undefined {
  if (stored.sequence !== String(sequence)) return 'it is missing';
  if (stored.previousHash !== previousHash) return 'it does not continue the entry before it';
  const hash = hashOf(stored, sequence);
  if (hash === undefined) return 'it is not what Staunch writes';
  return hash === stored.hash ? undefined : 'what it says is not what was written';
}

/** Undefined where the stored text is not what an entry of this chain looks like. */
function hashOf(stored: StoredEntry, sequence: number): string | undefined {
  const { kind, actor, previousHash } = stored;
  const atMs = Number(stored.atMs);
  if (String(atMs) !== stored.atMs) return undefined;
  try {
    const body: unknown = JSON.parse(stored.body);
    // One text for one meaning: spaces, an order or a doubled key of somebody else's are no part of it.
    if (typeof body !== 'object' || body === null || canonicalJson(body) !== stored.body) return undefined;
    return entryHash({
      sequence,
      atMs,
      kind,
      actor,
      body: body as Readonly<Record<string, unknown>>,
      previousHash,
    });
  } catch {
    return undefined;
  }
}
