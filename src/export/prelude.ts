/** The part of an exported C file that is the same in all: macros, unless the kernel's own bpf_misc.h is there. */

/** In the kernel tree its macros are used; alone the file brings what it needs of them. */
export const PRELUDE = `#ifdef __has_include
#if __has_include("bpf_misc.h")
#include "bpf_misc.h"
#endif
#endif
#ifndef SEC
#define SEC(name) __attribute__((section(name), used))
#endif
#ifndef __uint
#define __uint(name, val) int (*name)[val]
#endif
#ifndef __ksym
#define __ksym __attribute__((section(".ksyms")))
#endif
#ifndef __naked
#define __naked __attribute__((naked))
#endif
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif
#ifndef __used
#define __used __attribute__((used))
#endif
#ifndef __clobber_all
#define __clobber_all "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "memory"
#endif
#ifndef __imm
#define __imm(name) [name]"i"(name)
#endif
#ifndef __imm_addr
#define __imm_addr(name) [name]"i"(&name)
#endif
/* What older assemblers cannot read is given to them in bytes. */
#define insn_bytes(hex) ".8byte 0x" hex ";"
#if __clang_major__ >= 19
#define since_llvm_19(text, hex) text
#else
#define since_llvm_19(text, hex) insn_bytes(hex)
#endif
#if __clang_major__ >= 20
#define since_llvm_20(text, hex) text
#else
#define since_llvm_20(text, hex) insn_bytes(hex)
#endif
#define test_tag_text(number, text) "comment:" #number ":" text
#define test_tag_at(number, text) __attribute__((btf_decl_tag(test_tag_text(number, text))))
#define test_tag(text) test_tag_at(__COUNTER__, text)
#ifndef __description
#define __description(desc) test_tag("test_description=" desc)
#endif
#ifndef __success
#define __success test_tag("test_expect_success")
#endif
#ifndef __failure
#define __failure test_tag("test_expect_failure")
#endif
#ifndef __msg
#define __msg(msg) test_tag("test_expect_msg=" msg)
#endif
#ifndef __retval
#define __retval(val) test_tag("test_retval=" #val)
#endif`;
