/** A VM, as its site and persons call it. */
export interface VmRef {
  id: string;
  name: string;
}
