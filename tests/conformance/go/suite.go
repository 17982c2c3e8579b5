package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// How long one check may take, waits of the clients included.
const limit = 2 * time.Minute

// suite counts the checks.
type suite struct {
	passed, failed int
}

// probe is what one check says its expectations to; the first that fails ends the check.
type probe struct {
	context.Context
}

type failure string

// check runs one check and prints its line.
func (s *suite) check(area, name string, run func(*probe)) {
	if areas := strings.Fields(os.Getenv("AREAS")); len(areas) > 0 && !slices.Contains(areas, area) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	begun := time.Now()
	why := outcome(run, &probe{ctx})
	if os.Getenv("TIMES") != "" {
		name = fmt.Sprintf("%s [%d ms]", name, time.Since(begun).Milliseconds())
	}
	if why == "" {
		s.passed++
		fmt.Printf("ok %s: %s\n", area, name)
		return
	}
	s.failed++
	fmt.Printf("FAILED %s: %s: %s\n", area, name, strings.Join(strings.Fields(why), " "))
}

func outcome(run func(*probe), p *probe) (why string) {
	defer func() {
		if recovered := recover(); recovered != nil {
			why = fmt.Sprint(recovered)
		}
	}()
	run(p)
	return ""
}

func (p *probe) fail(format string, args ...any) {
	panic(failure(fmt.Sprintf(format, args...)))
}

// that expects a condition.
func (p *probe) that(holds bool, format string, args ...any) {
	if !holds {
		p.fail("not so: "+format, args...)
	}
}

// equal expects a value.
func (p *probe) equal(what string, got, want any) {
	if !reflect.DeepEqual(got, want) {
		p.fail("%s is %v, not %v", what, got, want)
	}
}

// must expects no error.
func (p *probe) must(err error) {
	if err != nil {
		p.fail("%v", err)
	}
}

// refused expects the service's error with this status and code.
func (p *probe) refused(err error, status int, code string) *azcore.ResponseError {
	var refusal *azcore.ResponseError
	if !errors.As(err, &refusal) {
		p.fail("expected %d %s, got %v", status, code, err)
	}
	p.equal("status", refusal.StatusCode, status)
	p.equal("code", refusal.ErrorCode, code)
	return refusal
}

// get expects no error beside a value.
func get[T any](p *probe) func(T, error) T {
	return func(value T, err error) T {
		p.must(err)
		return value
	}
}

// is what a pointer of a model points to, its zero value for nil.
func is[T any](pointer *T) T {
	if pointer == nil {
		var zero T
		return zero
	}
	return *pointer
}

func to[T any](value T) *T {
	return &value
}
