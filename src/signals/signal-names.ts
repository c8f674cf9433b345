/** Linux signal numbers of x86 and arm by name. Source: signal(7). */
const NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCLD: 17,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGSYS: 31,
};

const NAMES = new Map(
  Object.entries(NUMBERS)
    .map(([name, number]) => [number, name] as const)
    .reverse(),
);

/** Number of `SIGKILL` and the like; undefined for a name that no worker dies of. */
export function signalNumber(name: string): number | undefined {
  return NUMBERS[name];
}

/** `SIGSEGV` for 11; `signal 40` for one without a name here. */
export function signalName(number: number): string {
  return NAMES.get(number) ?? `signal ${number}`;
}
