/**
 * Import blocks, by which Terraform takes over the VMs where they are now. The path of a VM by its id is that of the vcd provider
 * [terraform-provider-vcd, resource vcd_vm: org.vdc.vm-id]; that an id is put together of variables needs Terraform 1.6.
 */
import { hcl } from '../text/harmless.js';
import type { DocumentVm, ReportDocument } from './document.js';

type Moved = DocumentVm & { destination: { vmId: string } };

/** Only of VMs that were moved and of which the new id is known. */
export function* terraformReport({ run, kind, vms }: ReportDocument): Generator<string> {
  const moved = vms.filter(isMoved);
  yield `# Run ${run}, kind ${kind}: ${moved.length} of ${vms.length} VMs were moved and have an id that is known.\n`;
  if (moved.length === 0) return;
  yield [
    '# Terraform 1.6, provider vmware/vcd. A VM in a vApp that is yours, too: vcd_vapp_vm, with the name of its vApp before its id.',
    '# Forget the old resources before with a removed block, or terraform state rm: their VMs must not be destroyed by an apply.',
    '',
    'variable "drover_org" {',
    '  type        = string',
    '  description = "name of the organization where the VMs are now"',
    '}',
    '',
    'variable "drover_vdc" {',
    '  type        = string',
    '  description = "name of the VDC where the VMs are now"',
    '}',
    '',
  ].join('\n');
  const labels = new Labels();
  for (const vm of moved) yield importBlock(vm, labels.of(vm.name));
}

const isMoved = (vm: DocumentVm): vm is Moved => vm.destination.vmId !== null;

function importBlock({ id, name, source, destination, vapp }: Moved, label: string): string {
  return [
    '',
    `# ${name}${vapp === undefined ? '' : `, in vApp ${vapp.name}`}: ${id}${at(source.site)} is now ${destination.vmId}${at(destination.site)}`,
    'import {',
    `  to = vcd_vm.${label}`,
    `  id = "\${var.drover_org}.\${var.drover_vdc}.urn:vcloud:vm:${hcl(bare(destination.vmId))}"`,
    '}',
    '',
  ].join('\n');
}

const at = (site: string | null): string => (site === null ? '' : ` at ${site}`);

const bare = (id: string): string => id.replace(/^urn:vcloud:vm:/, '');

/** Names of resources: each once, and what Terraform takes for one. */
class Labels {
  readonly #taken = new Set<string>();

  of(name: string): string {
    const plain = name.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?![A-Za-z_])/, '_');
    let label = plain;
    for (let n = 2; this.#taken.has(label); n += 1) label = `${plain}_${n}`;
    this.#taken.add(label);
    return label;
  }
}
