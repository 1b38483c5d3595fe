/* A library for LD_PRELOAD that lets a process believe in larger pages: PAGES=65536. It answers what asks for the
   page size, and refuses, as a kernel with such pages would, addresses and offsets that are not multiples of it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned long page_size(void) {
    const char *text = getenv("PAGES");
    return text ? strtoul(text, 0, 10) : 4096;
}

static int is_odd(unsigned long value) { return value % page_size() != 0; }

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

long sysconf(int name) {
    return name == _SC_PAGESIZE ? (long)page_size() : NEXT(sysconf)(name);
}

int getpagesize(void) { return (int)page_size(); }

unsigned long getauxval(unsigned long type) {
    return type == AT_PAGESZ ? page_size() : NEXT(getauxval)(type);
}

/* The kernel beneath has smaller pages: anonymous memory is taken larger, so that it can be given aligned. */
static void *map(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    if (is_odd((unsigned long)offset) || ((flags & MAP_FIXED) && is_odd((unsigned long)address))) {
        errno = EINVAL;
        return MAP_FAILED;
    }
    if (flags & MAP_FIXED || page_size() <= 4096)
        return NEXT(mmap)(address, length, protection, flags, file, offset);
    size_t page = page_size();
    char *start = NEXT(mmap)(0, length + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return start;
    char *aligned = (char *)(((unsigned long)start + page - 1) / page * page);
    return NEXT(mmap)(aligned, length, protection, flags | MAP_FIXED, file, offset);
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    return map(address, length, protection, flags, file, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    return map(address, length, protection, flags, file, offset);
}

int mprotect(void *address, size_t length, int protection) {
    if (is_odd((unsigned long)address)) {
        errno = EINVAL;
        return -1;
    }
    return NEXT(mprotect)(address, length, protection);
}

int munmap(void *address, size_t length) {
    if (is_odd((unsigned long)address)) {
        errno = EINVAL;
        return -1;
    }
    return NEXT(munmap)(address, length);
}

int madvise(void *address, size_t length, int advice) {
    if (is_odd((unsigned long)address)) {
        errno = EINVAL;
        return -1;
    }
    return NEXT(madvise)(address, length, advice);
}
