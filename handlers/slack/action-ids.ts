/** Names of buttons, menus and modals, each the name of the file that handles it. */
export const ACTION = {
  /** All evidence of a run. `value`: the run's id. */
  showEvidence: 'show-evidence',
  /** The lines behind one claim. `value`: `RUN E1,E4`. */
  openEvidence: 'open-evidence',
  /** `value`: the run's id. */
  rerun: 're-run',
  wrongVerdict: 'wrong-verdict',
  /** Opens the picker; in the App Home. `value`: a service's id, or empty. */
  startDiagnosis: 'start-diagnosis',
  /** Turns the pages of the evidence modal. `value`: `RUN PAGE`. */
  turnPage: 'turn-page',
  /** Opens the review of a fix. `value`: the run's id. */
  proposeFix: 'propose-fix',
  /** The same for a service that grows. `value`: the service's id. */
  planRecycling: 'plan-recycling',
  /** The kind of change in an open review; the value is a remedy. */
  chooseRemedy: 'choose-remedy',
  /** `value` of these: `PROPOSAL DIGEST`, the digest short. Each opens a modal. */
  approveChange: 'approve-change',
  rejectChange: 'reject-change',
  changeNumbers: 'change-numbers',
  breakGlass: 'break-glass',
  markApplied: 'mark-applied',
  /** Buttons of the next-step card. `value` of these: `INCIDENT CARD WHICH`. */
  stepPrimary: 'step-primary',
  stepChoices: ['step-choice-1', 'step-choice-2', 'step-choice-3', 'step-choice-4'],
  stepSkip: 'step-skip',
  stepNotApplicable: 'step-not-applicable',
  /** Opens a modal. */
  stepNote: 'step-note',
  /** `value`: the incident's id. */
  takeIncident: 'take-incident',
  /** Diagnoses the service of a warning, in its thread. `value`: the warning's id, also of the next two. */
  diagnoseWarning: 'diagnose-warning',
  /** Opens the modal that asks until when. */
  snoozeWarning: 'snooze-warning',
  unsnoozeWarning: 'unsnooze-warning',
} as const;

/** `callback_id` of modals and shortcuts. */
export const CALLBACK = {
  picker: 'pick-diagnosis',
  wrongVerdict: 'wrong-verdict-note',
  reviewChange: 'review-change',
  approveChange: 'approve-change-consent',
  rejectChange: 'reject-change-reason',
  breakGlass: 'break-glass-reason',
  markApplied: 'mark-applied-note',
  snooze: 'snooze-until',
  stepNote: 'incident-note',
  resolveIncident: 'resolve-incident',
  diagnoseMessage: 'diagnose-message',
  addToTimeline: 'add-to-timeline',
  /** The global shortcut; the same as the button. */
  startDiagnosis: 'start-diagnosis',
} as const;
