/** What a server, service, group or team may be called. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9-]*$/;

/** The accepted form of a name, for messages. */
export const NAME_FORM = 'expected a name of a-z, 0-9 and "-" that begins with a letter or a digit';
