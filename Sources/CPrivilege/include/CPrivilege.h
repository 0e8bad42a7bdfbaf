/* Helper processes, credential switching and system call filters. */
#ifndef CPRIVILEGE_H
#define CPRIVILEGE_H

#include "CHelpers.h"
#include "CPrivileges.h"

#endif
