/** What activities do, in the words of whoever waits for them: their names are Drover's own. */
const DOING: Readonly<Record<string, string>> = {
  adoptOperation: 'asking whether its operation arrived',
  askAboutOperation: 'asking how its operation goes',
  askStore: 'asking the store',
  checkVm: 'checking what was recovered',
  configuredSites: 'reading the config of the workers',
  earlierRuns: 'asking what earlier runs know of it',
  endedSubjects: 'asking which VMs are still worked with',
  endedWorkflows: 'asking whether its run goes on',
  holderOfVm: 'asking which run has it',
  inspectSite: 'inspecting the site',
  instanceBefore: 'looking for the point in time to recover',
  keepEvidence: 'keeping its evidence in the store',
  locateReplication: 'looking for its replication',
  lookForMoved: 'looking whether it was moved before',
  mapTestNetworks: 'looking for the test networks of its NICs',
  movedBefore: 'asking whether an earlier run moved it',
  movedByStore: 'asking the store whether it was moved before',
  openSite: "opening the site's watch",
  orgOfVdc: 'asking which organization its VDC is of',
  pollSite: 'watching the site',
  powerBefore: 'asking whether an earlier run has left it off',
  readReplication: 'reading its replication',
  readTestNetworks: 'reading the test networks of its replication',
  siteSettings: 'reading the config of the site',
  sourcePower: 'looking whether it is on at a site',
  storeAnswers: 'waiting for the store',
  submitOperation: 'sending its operation',
  testCopyAt: 'looking whether its test copy stands',
  testCopiesLeft: 'looking for test copies that were left',
  whatStarted: 'looking what its start has made',
  whoRecovered: 'looking who has recovered it',
  whoseTestCopy: 'looking whose its test copy is',
};

/** `looking for its replication`; a name that is not known is told as the words that it is made of. */
export const doing = (activity: string): string =>
  DOING[activity] ?? activity.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
