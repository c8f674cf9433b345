import { type Document, isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';
import type { FileBase } from './file-base.ts';
import type { ServerEntry, ServiceEntry } from './registry-file.ts';
import { type PathStep, type Problem, pathText } from './registry-problem.ts';
import { readRegistry } from './registry-reading.ts';

/** What is to be added to a `staunch.yml`. Nothing that is there is ever replaced. */
export interface RegistryAddition {
  readonly servers: Readonly<Record<string, ServerEntry>>;
  readonly services?: Readonly<Record<string, ServiceEntry>>;
  /** Services that are there already, each with the server to append to its list. */
  readonly joins?: readonly { readonly service: string; readonly server: string }[];
}

/** The new text of the file, or why there is none. */
export type RegistryEdit =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const OPENING = `Servers that Staunch reads, and what runs on them. Each server's host key is decided here or in
known_hosts: a server with another key is refused. There are no passwords or keys in this file.`;

/**
 * Adds to the text of a registry file and keeps its comments, order and anchors. `text` is undefined where
 * there is no file yet: then it begins with an explanation and `schema`, the editor's way to the schema.
 * The result is read back before it is returned: what comes out is valid, or nothing comes out.
 */
export function editRegistry(
  text: string | undefined,
  addition: RegistryAddition,
  fileName: string,
  base: FileBase,
  schema: string,
): RegistryEdit {
  const fresh = text === undefined || text.trim() === '';
  if (!fresh) {
    const now = readRegistry(text, fileName, base);
    if (!now.ok) return now;
  }
  const document = parseDocument(fresh ? 'servers: {}\n' : text, { merge: true });
  const taken: Problem[] = [];
  const put = (section: string, name: string, entry: unknown): void => {
    if (document.hasIn([section, name])) {
      const path = pathText([section, name]);
      taken.push({
        file: fileName,
        line: 1,
        column: 1,
        path,
        message: `${path} is there already: it was left as it is`,
      });
    } else {
      sectionOf(document, section).set(document.createNode(name), blockOf(document, entry));
    }
  };
  for (const [name, entry] of Object.entries(addition.servers)) put('servers', name, entry);
  for (const [name, entry] of Object.entries(addition.services ?? {})) put('services', name, entry);
  for (const { service, server } of addition.joins ?? []) {
    const members = document.getIn(['services', service, 'servers']);
    if (isSeq(members)) members.add(document.createNode(server));
    else taken.push(missing(fileName, ['services', service]));
  }
  if (taken.length > 0) return { ok: false, problems: taken };

  const body = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  const header = `# yaml-language-server: $schema=${schema}\n${OPENING.replace(/^/gm, '# ')}\n\n`;
  const written = fresh ? header + body : text.includes('\r\n') ? body.replace(/\r?\n/g, '\r\n') : body;
  const after = readRegistry(written, fileName, base);
  return after.ok ? { ok: true, text: written } : after;
}

/** The addition as YAML, to show it before it is written. */
export function additionText(addition: RegistryAddition): string {
  const { servers, services } = addition;
  const document = parseDocument('servers: {}\n');
  for (const [name, entry] of Object.entries(servers)) {
    sectionOf(document, 'servers').set(document.createNode(name), blockOf(document, entry));
  }
  for (const [name, entry] of Object.entries(services ?? {})) {
    sectionOf(document, 'services').set(document.createNode(name), blockOf(document, entry));
  }
  return document.toString({ lineWidth: 0 });
}

function sectionOf(document: Document, section: string): YAMLMap {
  const there = document.get(section, true);
  if (isMap(there)) {
    // `servers: {}` of a fresh file becomes a block; a flow map that holds something stays what its author chose.
    if (there.items.length === 0) there.flow = false;
    return there;
  }
  const made = document.createNode({});
  document.set(section, made);
  return made as YAMLMap;
}

/** A map with one field a line and short lists on one line, as in the examples of the documentation. */
function blockOf(document: Document, entry: unknown): unknown {
  const node = document.createNode(entry);
  if (isMap(node)) {
    for (const pair of node.items) if (isSeq(pair.value)) pair.value.flow = true;
  }
  return node;
}

function missing(file: string, path: readonly PathStep[]): Problem {
  const place = pathText(path);
  const message = `${place} has no list of servers of its own to append to: add the server by hand`;
  return { file, line: 1, column: 1, path: place, message };
}
