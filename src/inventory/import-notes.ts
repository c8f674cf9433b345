/** Collects what an import left out. The same remark about many servers becomes one line that names them. */
export class ImportNotes {
  readonly #subjects = new Map<string, Set<string>>();

  /** `text` holds for `subject`: a server, a group, a line of the file. */
  about(subject: string, text: string): void {
    const known = this.#subjects.get(text) ?? new Set();
    this.#subjects.set(text, known.add(subject));
  }

  /** One line a remark, in the order they were first made. */
  lines(): string[] {
    return [...this.#subjects].map(([text, subjects]) => {
      const names = [...subjects];
      const shown =
        names.slice(0, 6).join(', ') + (names.length > 6 ? ` and ${names.length - 6} others` : '');
      return `${shown}: ${text}`;
    });
  }
}
