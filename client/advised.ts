/**
 * What happened and the next step, as one text for a person. Whoever shows an error puts it together so, and nobody before: on
 * the way its parts stay apart. What 0.1 recorded has the next step in its message already; nothing is said twice.
 * @param lead said before the next step
 */
export function advised({ message, advice }: { message: string; advice?: string | null }, lead = 'Next: '): string {
  if (advice == null || message.includes(advice)) {
    return message;
  }
  return `${message}${/[.!?]$/.test(message) ? '' : '.'} ${lead}${advice}`;
}
