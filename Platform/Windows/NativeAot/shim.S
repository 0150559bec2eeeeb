/* The part of shim.c that C cannot say: names with question marks, and functions with calling conventions of their own. */
.text

/* operator delete[], delete, new[], new */
.globl "??_V@YAXPEAX@Z"
"??_V@YAXPEAX@Z": jmp shim_delete
.globl "??3@YAXPEAX_K@Z"
"??3@YAXPEAX_K@Z": jmp shim_delete
.globl "??_U@YAPEAX_KAEBUnothrow_t@std@@@Z"
"??_U@YAPEAX_KAEBUnothrow_t@std@@@Z": jmp shim_new
.globl "??2@YAPEAX_KAEBUnothrow_t@std@@@Z"
"??2@YAPEAX_KAEBUnothrow_t@std@@@Z": jmp shim_new

/* rcx: the value found on the stack. Changes no register but rcx. */
.globl __security_check_cookie
__security_check_cookie:
 cmp __security_cookie(%rip),%rcx
 jne 1f
 rol $16,%rcx
 test $0xffff,%cx
 jne 2f
 ret
2: ror $16,%rcx
1: mov $2,%ecx
 int $0x29

/* rax: bytes of stack that are about to be used. Touches each page in turn; changes no register. */
.globl __chkstk
__chkstk:
 push %rcx
 push %rax
 lea 24(%rsp),%rcx
 cmp $0x1000,%rax
 jb 4f
3: sub $0x1000,%rcx
 orb $0,(%rcx)
 sub $0x1000,%rax
 cmp $0x1000,%rax
 ja 3b
4: sub %rax,%rcx
 orb $0,(%rcx)
 pop %rax
 pop %rcx
 ret

/* Control Flow Guard is off: the call is made as it is. */
gdisp: jmp *%rax

.globl tls_guard_ptr
tls_guard_ptr:
 mov _tls_index(%rip),%eax
 mov %gs:0x58,%rcx
 mov (%rcx,%rax,8),%rcx
 lea __tls_guard@secrel32(%rcx),%rax
 ret

.section .rdata,"dr"
.globl "?nothrow@std@@3Unothrow_t@1@B"
"?nothrow@std@@3Unothrow_t@1@B": .byte 0
.balign 8
.globl __guard_dispatch_icall_fptr
__guard_dispatch_icall_fptr: .quad gdisp
.section ".tls$AAA","dw"
.globl __tls_guard
__tls_guard: .byte 0
